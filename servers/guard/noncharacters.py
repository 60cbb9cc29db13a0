"""The 66 code points of Unicode that are no characters (chapter 23.7), and that HTML forbids."""

# Written for the inside of [] in a regular expression.
LAST_OF_PLANES = (chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(LAST_OF_PLANES)
