#pragma once

namespace apps {

/// From now on Ctrl-C (SIGINT) is noted once, so that the program can finish its line and print what it has;
/// a second one ends the program.
void note_interrupts();

/// Whether Ctrl-C was pressed.
bool interrupted() noexcept;

}  // namespace apps
