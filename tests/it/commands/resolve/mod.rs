//! `imagelock resolve`: what it pins, keeps, moves, removes and refuses.

mod changes;
mod first_pins;
