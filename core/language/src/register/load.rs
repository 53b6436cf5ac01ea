//! Reading the register from TOML.
