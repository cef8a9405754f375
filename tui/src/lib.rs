//! The clickstream dashboard in a terminal, and its numbers without one.
