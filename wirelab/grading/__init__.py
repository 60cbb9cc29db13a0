"""Grade what a class handed in: run each submission apart, judge it from outside, and keep a record that holds."""
