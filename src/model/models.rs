use super::{Model, ModelInfo};

/// The models of a program, in the order they were registered.
///
/// ```
/// use refrain::model::Models;
/// # use refrain::doc_example::car;
///
/// let models = Models::default().with::<car::Entity>();
/// assert_eq!(models.iter().next().unwrap().to_string(), "drivers.car");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Models(Vec<ModelInfo>);

impl Models {
    /// Registers a model; one that is registered stays so.
    pub fn with<M: Model>(mut self) -> Self {
        self.add(ModelInfo::of::<M>());
        self
    }

    /// The models.
    pub fn iter(&self) -> std::slice::Iter<'_, ModelInfo> {
        self.0.iter()
    }

    pub(crate) fn add(&mut self, model: ModelInfo) {
        if !self.0.iter().any(|known| known.entity() == model.entity()) {
            self.0.push(model);
        }
    }
}

impl<'a> IntoIterator for &'a Models {
    type Item = &'a ModelInfo;
    type IntoIter = std::slice::Iter<'a, ModelInfo>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
