use std::fmt::Debug;

/// What a test may return: nothing, or a result whose error fails it.
pub trait Outcome {
    /// Panics when the test failed.
    fn succeed(self);
}

impl Outcome for () {
    fn succeed(self) {}
}

impl<E: Debug> Outcome for Result<(), E> {
    fn succeed(self) {
        if let Err(error) = self {
            panic!("the test returned an error: {error:?}");
        }
    }
}
