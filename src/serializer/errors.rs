use crate::http::{Problem, WHOLE_BODY};

/// Where in a body one is, and every error that was found so far, each under its path.
///
/// ```
/// use refrain::serializer::At;
///
/// let mut at = At::default();
/// at.inside("postal", |at| at.inside("city", |at| at.refuse::<()>("This field is required.")));
/// assert_eq!(at.errors().collect::<Vec<_>>(), [("postal.city", "This field is required.")]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct At {
    path: String,
    errors: Vec<(String, String)>,
}

impl At {
    /// Says what is wrong here.
    pub fn refuse<T>(&mut self, sentence: impl Into<String>) -> Option<T> {
        let path = if self.path.is_empty() { WHOLE_BODY } else { &self.path };
        self.errors.push((path.to_owned(), sentence.into()));
        None
    }

    /// Goes one step into the value that is read: a member, an item.
    pub fn inside<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        let read = read(self);
        self.path.truncate(before);
        read
    }

    /// Every error, each with its path.
    pub fn errors(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.errors.iter().map(|(path, sentence)| (path.as_str(), sentence.as_str()))
    }

    /// How many errors there are so far.
    pub(crate) fn count(&self) -> usize {
        self.errors.len()
    }

    /// The value, where nothing was wrong.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, Problem> {
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(Problem::invalid(self.errors)),
        }
    }
}
