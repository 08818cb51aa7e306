//! The documentation is true: every block of the README is run or parsed, and its output compared.
