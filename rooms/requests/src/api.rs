//! The routes of the room for programs.
