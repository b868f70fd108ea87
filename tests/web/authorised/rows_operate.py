from authorised.rules import Row

ROWS = {"operate": Row("staff", "nothing")}
