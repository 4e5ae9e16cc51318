use std::sync::Arc;

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::Type,
};

use crate::{
    http::Problem,
    permission::{Action, Context, Judged, Permissions, Rule},
    serializer::Serializer,
    viewset::{EntityOf, ViewSet, guarded_fields::GuardedFields, mount::Guard, row::ChosenMembers},
};

/// The member of a representation that tells what its reader may do with the row.
pub(crate) const TOLD_MEMBER: &str = "permissions";

/// What it tells of the standard actions: each name with the actions it may stand for, of which the first offered counts.
pub(crate) const TOLD: [(&str, &[Action]); 3] = [
    ("view", &[Action::Retrieve]),
    ("change", &[Action::PartialUpdate, Action::Update]),
    ("delete", &[Action::Destroy]),
];

/// What a representation tells of, by name; nothing where the viewset does not say so. And which of its fields not
/// everybody is shown.
#[derive(Clone, Default)]
pub(crate) struct ToldActions {
    told: Vec<(&'static str, Arc<Guard>)>,
    /// each by its place among the serializer's, and its name
    fields: Vec<(usize, &'static str, Permissions)>,
}

/// What one caller's representations hold: of what is told, the rules of the very guards that stand before the actions;
/// and the members that they want.
#[derive(Default)]
pub(crate) struct RowPermissions {
    told: Vec<(&'static str, Rule)>,
    /// of which rows each guarded field is shown
    fields: Vec<(usize, &'static str, Rule)>,
    pub(super) chosen: ChosenMembers,
}

impl ToldActions {
    /// `view`, `change`, `delete` where the viewset offers them, and its own actions on a row.
    pub(crate) fn on_row<V: ViewSet>(guard_of: impl Fn(Action) -> Arc<Guard>, own: Vec<Arc<Guard>>) -> Self {
        let offered = |of: &[Action]| of.iter().copied().find(|action| V::ACTIONS.contains(action));
        let standard = TOLD.into_iter().filter_map(|(name, of)| Some((name, guard_of(offered(of)?))));
        let told = standard.chain(own.into_iter().map(|guard| (guard.action.name(), guard))).collect();
        Self { told, fields: Vec::new() }
    }

    /// The same, and which fields are shown.
    pub(crate) fn with_fields<V: ViewSet>(self, guarded: &GuardedFields<EntityOf<V>>) -> Self {
        let place_of = |field| V::Serializer::fields().iter().position(|other| std::ptr::eq(other, field));
        let fields = guarded.reading();
        let fields = fields.filter_map(|(field, read)| Some((place_of(field)?, field.name(), read.clone()))).collect();
        Self { fields, ..self }
    }

    /// Everything that is asked about a row to represent it, each with the action that it is about.
    pub(crate) fn asked(&self) -> impl Iterator<Item = (Action, &Permissions)> {
        let told = self.told.iter().map(|(_, guard)| (guard.action, &guard.permissions));
        told.chain(self.fields.iter().map(|(_, _, read)| (Action::Retrieve, read)))
    }

    /// The permissions that the guards ask for.
    pub(crate) fn permissions_asked(&self) -> Vec<String> {
        self.told.iter().flat_map(|(_, guard)| guard.permissions_asked()).collect()
    }

    /// What the guards mean for this caller.
    pub(crate) async fn ask(&self, cx: &Context<'_>) -> Result<RowPermissions, Problem> {
        let mut told = Vec::with_capacity(self.told.len());
        for (name, guard) in &self.told {
            told.push((*name, guard.permissions.meaning(&cx.about(guard.action)).await?));
        }
        let mut fields = Vec::with_capacity(self.fields.len());
        for (place, name, read) in &self.fields {
            fields.push((*place, *name, read.meaning(&cx.about(Action::Retrieve)).await?));
        }
        Ok(RowPermissions { told, fields, chosen: ChosenMembers::default() })
    }
}

impl RowPermissions {
    /// The same for who wants these members.
    pub(crate) fn choosing(self, chosen: ChosenMembers) -> Self {
        Self { chosen, ..self }
    }

    /// What is asked of the database beside a row.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.told.iter().map(|(_, rule)| rule).chain(self.fields.iter().map(|(_, _, rule)| rule))
    }

    /// The places of the fields that its reader is not shown of a row.
    pub(super) async fn hidden<M: Send + Sync + 'static>(
        &self,
        cx: &Context<'_>,
        judged: &Judged<M>,
    ) -> Result<Vec<usize>, Problem> {
        let mut hidden = Vec::new();
        for (behind, (place, ..)) in self.fields.iter().enumerate() {
            if !judged.holds(1 + self.told.len() + behind, cx).await? {
                hidden.push(*place);
            }
        }
        Ok(hidden)
    }

    /// The rows that show a guarded field to the reader; `None` where all do.
    pub(crate) fn shown_where(&self, field: &str) -> Option<&Rule> {
        let (_, _, rule) = self.fields.iter().find(|(_, name, _)| *name == field)?;
        (*rule != Rule::Always).then_some(rule)
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

/// Adds the member that tells to the schema of a representation.
pub(crate) fn tell_in(schema: &mut MetaSchema) {
    let names = MetaSchema {
        description: Some("What the caller may do with this row."),
        items: Some(Box::new(String::schema_ref())),
        ..MetaSchema::new("array")
    };
    schema.properties.push((TOLD_MEMBER, MetaSchemaRef::Inline(Box::new(names))));
    schema.required.push(TOLD_MEMBER);
}
