"""The command line: arguments in, exit status out; every command is a thin caller of `driver`."""
