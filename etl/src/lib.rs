//! New raw files become warehouse rows, exactly once.
