"""The embedded stack: real servers, the services and their workers under one launcher.

accounts     as whom the servers run, and whether that user can enter the home
home         the folders of BALAI_HOME, the lock that lets one launcher hold it
secrets      passwords and keys, generated on the first start
environment  the variables of the stack, for its processes and for other commands
servers      PostgreSQL, Valkey and Caddy from their wheels
prepare      roles, databases, extensions and migrations, in one process of its own
children     one child and its guard
supervisor   ordered start and stop, restarts with backoff
readiness    when a process may be relied on
stack        the rows of deploy.processes, turned into children
"""
