use crate::{
    permission::Action,
    viewset::{
        Nested, ViewSet,
        row::{path_parameters, path_variable},
    },
};

/// A path at which a viewset's rows are found: its own, or one below another viewset's rows.
pub(crate) struct Place<V: ViewSet> {
    pub(crate) path: &'static str,
    pub(crate) nested: Option<Nested<V>>,
}

impl<V: ViewSet> Place<V> {
    /// All of them, the viewset's own first.
    pub(crate) fn all() -> Vec<Self> {
        let nested: Vec<Self> =
            V::nested().into_iter().map(|nested| Self { path: nested.path, nested: Some(nested) }).collect();
        let is_nested = nested.iter().any(|place| place.path == V::PATH);
        let own = (!is_nested).then_some(Self { path: V::PATH, nested: None });
        own.into_iter().chain(nested).collect()
    }

    pub(crate) fn offers(&self, action: Action) -> bool {
        self.nested.as_ref().map_or_else(|| V::ACTIONS.contains(&action), |nested| nested.offers(action))
    }

    /// The standard actions on the collection here, or on its rows.
    pub(crate) fn actions(&self, on_row: bool) -> impl Iterator<Item = Action> + '_ {
        V::ACTIONS.iter().copied().filter(move |action| action.on_row() == on_row && self.offers(*action))
    }

    /// How many variables stand before those that name a row.
    pub(crate) fn variables(&self) -> usize {
        usize::from(self.nested.is_some())
    }

    /// An action's path as the document writes it.
    pub(crate) fn path_of(&self, action: Action) -> String {
        let mut path = self.path.to_owned();
        if action.on_row() {
            path.extend(path_parameters::<V>().into_iter().map(|(name, _)| format!("/{{{name}}}")));
        }
        path
    }

    /// The same as routes write it.
    pub(crate) fn route(&self, on_row: bool) -> String {
        let mut variables = (0..).map(path_variable);
        let mut next = || format!(":{}", variables.next().expect("they do not end"));
        let steps: Vec<String> =
            self.path.split('/').map(|step| if step.starts_with('{') { next() } else { step.to_owned() }).collect();
        let mut route = steps.join("/");
        if on_row {
            path_parameters::<V>().iter().for_each(|_| route += &format!("/{}", next()));
        }
        route
    }
}
