use super::{Model, ModelInfo};
use crate::{Error, Result};

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

    /// A proxy's grants are those of the model that it names: rows of another table would be admitted by keys that name none
    /// of them.
    pub(crate) fn check_proxies(&self) -> Result<()> {
        for proxy in self {
            let named = proxy.granted_on();
            if named == (proxy.app_label(), proxy.model_name()) {
                continue;
            }
            let is_named = |model: &&ModelInfo| (model.app_label(), model.model_name()) == named;
            let (app, model) = named;
            let Some(concrete) = self.iter().find(is_named) else {
                let why = format!("`{proxy}` is a proxy of `{app}.{model}`, which is not registered: its models are");
                return Err(Error::wiring(why));
            };
            if !concrete.has_key_of(proxy) {
                let why = format!("`{proxy}` is no proxy of `{concrete}`: it has another table, or another key");
                return Err(Error::wiring(why));
            }
        }
        Ok(())
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
