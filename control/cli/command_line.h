// The command line of the program: its commands, their options, their help.
#pragma once

namespace pgspan::control {

// Parses, runs the command, prints its failure; returns the exit code.
int RunCommandLine(int count, char** arguments);

}  // namespace pgspan::control
