use std::sync::Arc;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};

use crate::{
    http::Problem,
    permission::{Action, Context, Judged, Rule},
    viewset::{ViewSet, mount::Guard, row::ChosenMembers},
};

/// The member of a representation that tells what its reader may do with the row.
pub(crate) const TOLD_MEMBER: &str = "permissions";

/// What it tells of the standard actions: each name with the actions it may stand for, of which the first offered counts.
pub(crate) const TOLD: [(&str, &[Action]); 3] = [
    ("view", &[Action::Retrieve]),
    ("change", &[Action::PartialUpdate, Action::Update]),
    ("delete", &[Action::Destroy]),
];

/// What a representation tells of, by name; nothing where the viewset does not say so.
#[derive(Clone, Default)]
pub(crate) struct ToldActions(Vec<(&'static str, Arc<Guard>)>);

/// What one caller's representations hold: of what is told, the rules of the very guards that stand before the actions;
/// and the members that they want.
#[derive(Default)]
pub(crate) struct RowPermissions {
    told: Vec<(&'static str, Rule)>,
    pub(super) chosen: ChosenMembers,
}

impl ToldActions {
    /// `view`, `change`, `delete` where the viewset offers them, and its own actions on a row.
    pub(crate) fn of<V: ViewSet>(guard_of: impl Fn(Action) -> Arc<Guard>, own: Vec<Arc<Guard>>) -> Self {
        if !V::ROW_PERMISSIONS {
            return Self::default();
        }
        let offered = |of: &[Action]| of.iter().copied().find(|action| V::ACTIONS.contains(action));
        let standard = TOLD.into_iter().filter_map(|(name, of)| Some((name, guard_of(offered(of)?))));
        Self(standard.chain(own.into_iter().map(|guard| (guard.action.name(), guard))).collect())
    }

    pub(crate) fn guards(&self) -> impl Iterator<Item = &Arc<Guard>> {
        self.0.iter().map(|(_, guard)| guard)
    }

    /// The permissions that the guards ask for.
    pub(crate) fn permissions_asked(&self) -> Vec<String> {
        self.guards().flat_map(|guard| guard.permissions_asked()).collect()
    }

    /// What the guards mean for this caller.
    pub(crate) async fn ask(&self, cx: &Context<'_>) -> Result<RowPermissions, Problem> {
        let mut told = Vec::with_capacity(self.0.len());
        for (name, guard) in &self.0 {
            told.push((*name, guard.permissions.meaning(&cx.about(guard.action)).await?));
        }
        Ok(RowPermissions { told, chosen: ChosenMembers::default() })
    }
}

impl RowPermissions {
    /// The same for who wants these members.
    pub(crate) fn choosing(self, chosen: ChosenMembers) -> Self {
        Self { chosen, ..self }
    }

    /// What is asked of the database beside a row.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.told.iter().map(|(_, rule)| rule)
    }

    /// What one reader may do with a row; none where nothing is told.
    pub(super) async fn names<M: Send + Sync + 'static>(
        &self,
        cx: &Context<'_>,
        judged: &Judged<M>,
    ) -> Result<Option<Vec<&'static str>>, Problem> {
        if self.told.is_empty() {
            return Ok(None);
        }
        let mut names = Vec::new();
        for (place, (name, _)) in self.told.iter().enumerate() {
            if judged.holds(1 + place, cx).await? {
                names.push(*name);
            }
        }
        Ok(Some(names))
    }
}

/// What a representation can tell at most of these actions of a viewset, by the names it tells them by.
pub(crate) fn names_told(on_row: &[Action]) -> Vec<&'static str> {
    let offers = |of: &[Action]| of.iter().any(|action| on_row.contains(action));
    let standard = TOLD.into_iter().filter_map(|(name, of)| offers(of).then_some(name));
    let own = on_row.iter().filter(|action| action.method().is_none()).map(|action| action.name());
    standard.chain(own).collect()
}

/// The schema of a representation with the member that tells: a copy of the output's, where that is a plain object.
pub(crate) fn telling(output: Option<&MetaSchema>, reference: MetaSchemaRef) -> MetaSchema {
    use poem_openapi::types::Type;
    let names = MetaSchema {
        description: Some("What the caller may do with this row."),
        items: Some(Box::new(String::schema_ref())),
        ..MetaSchema::new("array")
    };
    let member = (TOLD_MEMBER, MetaSchemaRef::Inline(Box::new(names)));
    match output {
        Some(output) if !output.properties.is_empty() => {
            let mut schema = output.clone();
            schema.properties.push(member);
            schema.required.push(TOLD_MEMBER);
            schema
        }
        _ => {
            let told =
                MetaSchema { properties: vec![member], required: vec![TOLD_MEMBER], ..MetaSchema::new("object") };
            MetaSchema { all_of: vec![reference, MetaSchemaRef::Inline(Box::new(told))], ..MetaSchema::ANY }
        }
    }
}
