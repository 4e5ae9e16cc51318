use crate::{
    Result,
    http::{Problem, Site},
    model::{Model, ModelInfo},
    permission::{Action, Context, Permissions, Rule, judge_one},
    serializer::{Field, Serializer},
    viewset::{Resource, ViewSet, mount::Visit, write::with_key_of},
};

/// The fields of a viewset that are not everybody's, with who may read and write them among the API's viewsets.
pub(crate) struct GuardedFields<M: Model>(Vec<GuardedField<M>>);

/// One of them.
pub(crate) struct GuardedField<M: Model> {
    pub(crate) field: &'static Field<M>,
    pub(crate) read: Option<Permissions>,
    pub(crate) write: Option<Permissions>,
}

impl<M: Resource> GuardedFields<M> {
    /// Those that the serializer declares; refuses permissions that cannot judge the model's rows.
    pub(crate) fn of<V: ViewSet<Serializer: Serializer<Entity = M>>>(site: &Site, model: &ModelInfo) -> Result<Self> {
        let linked = |permissions: Option<&Permissions>| -> Result<Option<Permissions>> {
            let Some(permissions) = permissions else { return Ok(None) };
            permissions.check(Some(model))?;
            Ok(Some(permissions.among(&site.viewsets)))
        };
        let mut guarded = Vec::new();
        for field in V::Serializer::fields() {
            let (read, write) = (linked(field.reading())?, linked(field.writing())?);
            if read.is_some() || write.is_some() {
                guarded.push(GuardedField { field, read, write });
            }
        }
        Ok(Self(guarded))
    }

    /// Each of them.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, GuardedField<M>> {
        self.0.iter()
    }

    /// Those that are not shown to everybody.
    pub(crate) fn reading(&self) -> impl Iterator<Item = (&'static Field<M>, &Permissions)> {
        self.0.iter().filter_map(|guarded| Some((guarded.field, guarded.read.as_ref()?)))
    }

    /// The permissions that are asked for before a caller's answer, also where nothing of them is sent.
    pub(crate) fn permissions_asked(&self, model: &ModelInfo, action: Action) -> Vec<String> {
        let read = self.reading().flat_map(|(_, read)| read.permissions_asked(Some(model), Action::Retrieve));
        let writes = matches!(action, Action::Create | Action::Update | Action::PartialUpdate);
        let write = self.0.iter().filter(|_| writes).filter_map(|guarded| guarded.write.as_ref());
        read.chain(write.flat_map(|write| write.permissions_asked(Some(model), action))).collect()
    }

    /// All of them.
    pub(crate) fn permissions(&self) -> impl Iterator<Item = &Permissions> {
        self.0.iter().flat_map(|guarded| guarded.read.iter().chain(&guarded.write))
    }

    /// What these fields, which a body sends, ask of a row for its writer: each with its rule.
    pub(crate) async fn writing(&self, sent: &[&'static Field<M>], cx: &Context<'_>) -> Result<FieldRules<M>> {
        let mut rules = Vec::with_capacity(sent.len());
        for field in sent {
            let guarded = self.0.iter().find(|guarded| std::ptr::eq(guarded.field, *field));
            if let Some(permissions) = guarded.and_then(|guarded| guarded.write.as_ref()) {
                rules.push((*field, permissions.meaning(cx).await?));
            }
        }
        Ok(FieldRules(rules))
    }
}

/// Fields, each with the rows of which one caller may write it.
pub(crate) struct FieldRules<M: Model>(Vec<(&'static Field<M>, Rule)>);

impl<M: Resource> FieldRules<M> {
    /// All of them together.
    pub(crate) fn rule(&self) -> Rule {
        self.0.iter().fold(Rule::Always, |all, (_, rule)| all & rule.clone())
    }

    /// Refuses a body with fields that the caller may write of no row.
    pub(crate) fn check(&self, visit: &Visit) -> Result<(), Problem> {
        let refused = self.0.iter().filter(|(_, rule)| *rule == Rule::Never).map(|(field, _)| *field);
        refuse(visit, refused.collect())
    }

    /// The same, and with those that they may not write of this row.
    pub(crate) async fn check_row(&self, visit: &Visit, cx: &Context<'_>, row: &M::Model) -> Result<(), Problem> {
        self.check(visit)?;
        if self.rule() == Rule::Always {
            return Ok(());
        }
        let rules: Vec<&Rule> = self.0.iter().map(|(_, rule)| rule).collect();
        let judged =
            judge_one(cx.db(), with_key_of(M::find(), row), &rules).await?.ok_or_else(|| visit.no_such_row())?;
        let mut refused = Vec::new();
        for (place, (field, _)) in self.0.iter().enumerate() {
            if !judged.holds(place, cx).await? {
                refused.push(*field);
            }
        }
        refuse(visit, refused)
    }
}

fn refuse<M: Model>(visit: &Visit, fields: Vec<&'static Field<M>>) -> Result<(), Problem> {
    if fields.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = fields.into_iter().map(|field| field.name().to_owned()).collect();
    let refused = visit.refused(visit.guard.permissions.unnamed_denial());
    Err(refused.with_errors(names, "You do not have permission to write this field."))
}
