#!/usr/bin/sed -Ef
# Doxygen's input filter: each key of a contract opens a paragraph with a heading.
:next
s#^( *///[^@]*[^ /@]) (Shapes|Units|Domain|At the edge|Throws|Cost|Source|See also): #\1\n/// @par \2\n/// #
t next
s#^( *///) (Shapes|Units|Domain|At the edge|Accuracy( \([^)]*\))?|Throws|Cost|Source|See also): #\1 @par \2\n\1 #
