# %% [markdown]
# # Exercise 00: your first server
#
# The lessons use a theatre. The exercises use a **weather station**, so that you have to think again instead of copying.
#
# 1. Run the first cell, the one with `import`.
# 2. Read the question.
# 3. Replace the line that raises `NotImplementedError`.
# 4. Run the cell, the one with `launch`, and the one with `check`. As often as you like.

# %%
from http.server import BaseHTTPRequestHandler

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 00.2 Welcome to the station
#
# (00.1 was in the lesson.) The server below is complete but for one method, which is a function inside of a class. Make
# `welcome` return the string `Welcome to the weather station`, exactly as it stands here. The server then sends it to every client.
# You need not understand the other lines yet; lesson 12 explains them.

# %% [markdown] tags=["solution"]
# A string stands in quotes, and `return` hands it to the caller: here to `do_GET`, which sends it. The check compares letter by
# letter, as programs do.

# %% exercise="00.2"
class Station(BaseHTTPRequestHandler):
    def welcome(self):
        ### BEGIN SOLUTION
        return "Welcome to the weather station"
        ### END SOLUTION

    def do_GET(self):
        body = self.welcome().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="00.2" caught_by="says Welcome to the weather station" says="It differs in capital and small letters alone"
- return "Welcome to the weather station"
+ return "welcome to the weather station"

# %% wrong="00.2" caught_by="says Welcome to the weather station" says="ends without a full stop or an exclamation mark"
- return "Welcome to the weather station"
+ return "Welcome to the weather station!"

# %% wrong="00.2" caught_by="says Welcome to the weather station" says="One pair of quotes is enough"
- return "Welcome to the weather station"
+ return '"Welcome to the weather station"'

# %% wrong="00.2" caught_by="says Welcome to the weather station" says="It is right but for spaces or line ends"
- return "Welcome to the weather station"
+ return "Welcome to the weather station\n"

# %% wrong="00.2" caught_by="your code crashed" says="Only a string that welcome gives back with return is sent"
- return "Welcome to the weather station"
+ "Welcome to the weather station"

# %% wrong="00.2" caught_by="your code crashed" says="What print() writes"
- return "Welcome to the weather station"
+ print("Welcome to the weather station")

# %% wrong="00.2" caught_by="your code crashed" says="Bytes need no encode()"
- return "Welcome to the weather station"
+ return b"Welcome to the weather station"

# %% wrong="00.2" caught_by="your code crashed" says="A string needs quotes"
- return "Welcome to the weather station"
+ return Welcome

# %% right="00.2" style="a constant of the class"
class Station(BaseHTTPRequestHandler):
    greeting = "Welcome to the weather station"

    def welcome(self):
        return self.greeting

# %% right="00.2" style="put together from words"
- return "Welcome to the weather station"
+ words = ["Welcome", "to", "the", "weather", "station"]
+ return " ".join(words)

# %% right="00.2" style="an f-string with a name"
- return "Welcome to the weather station"
+ place = "weather station"
+ message = f"Welcome to the {place}"
+ return message

# %%
station = launch(Station)
station

# %% checks="00.2" points=1
check("00.2", station)

# %%
stop_all()
