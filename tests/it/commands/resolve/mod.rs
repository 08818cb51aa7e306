//! `imagelock resolve`: what it pins, keeps, moves and removes.

mod changes;
mod first_pins;
