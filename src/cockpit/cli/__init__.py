"""The command line: the same services and numbers as the screens. stdout is data, stderr is talk."""
