//! The pages of requests.
