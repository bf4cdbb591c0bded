"""One module a command of `balai`; `deploy.cli` reads the command line and calls them."""
