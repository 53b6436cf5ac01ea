//! What was answered with success is there, once and whole, whatever stops the program, its disk or its database while clients
//! send requests by the API and by the web form.

mod clients;
mod disk;
mod held;
mod killed;
mod server;
