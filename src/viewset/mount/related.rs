//! What a viewset's keys point at, once every viewset of the API is known.

use std::any::TypeId;

use sea_orm::{EntityTrait, Iden, Identity, Iterable, RelationDef, RelationTrait, sea_query::TableRef};

use crate::{
    Error, Result,
    permission::{Action, FollowedKey, Trail},
    serializer::{Field, Serializer, same_column},
    viewset::{EntityOf, Mounted, Reference, ViewSet, list::RelatedField},
};

impl<V: ViewSet> Mounted<V> {
    /// Finds what keys in bodies may point at, and refuses keys that cannot be followed.
    pub(crate) fn relate(&self) -> Result<()> {
        let named = |error: Error| match error {
            Error::Wiring(message) => Error::wiring(format!("the viewset `{}`: {message}", V::PATH)),
            error => error,
        };
        for guard in self.guards.values() {
            let asking = Trail { at: (TypeId::of::<V>(), guard.action), before: None };
            guard.permissions.check_followed(&asking).map_err(named)?;
        }
        let references = self.find_references().map_err(named)?;
        let parents = self.places.iter().filter_map(|place| place.nested.as_ref());
        let beside = parents.map(|nested| &nested.parent.permissions).chain(self.guarded_fields.permissions());
        let beside = beside.chain(self.list.related().flat_map(RelatedField::permissions));
        for permissions in beside.chain(references.iter().filter_map(|reference| reference.rows.as_ref())) {
            // asked beside the rows' rule, and so no part of it
            let asking = Trail { at: (TypeId::of::<Self>(), Action::Retrieve), before: None };
            permissions.check_followed(&asking).map_err(named)?;
        }
        let _ = self.references.set(references);
        Ok(())
    }

    /// What keys in bodies may point at.
    pub(crate) fn references(&self) -> &[Reference<EntityOf<V>>] {
        self.references.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Those that the viewset says, and those of relations to the rows of one mounted viewset.
    fn find_references(&self) -> Result<Vec<Reference<EntityOf<V>>>> {
        let viewsets = &self.site.viewsets;
        let mut references = V::references();
        for field in V::Serializer::fields().iter().filter(|field| field.is_written()) {
            if references.iter().any(|said| same_column::<EntityOf<V>>(&said.column, &field.column())) {
                continue;
            }
            let Some((table, column)) = target::<V>(field) else { continue };
            match &viewsets.with_key(&table, &column)[..] {
                [] => {}
                [only] => {
                    let key = FollowedKey::to_viewset::<EntityOf<V>>(*only, field.column(), Action::Retrieve);
                    references.push(Reference::through(field.column(), key));
                }
                several => {
                    let names: Vec<String> = several.iter().map(|(_, name)| format!("`{name}`")).collect();
                    return Err(Error::wiring(format!(
                        "`{}` points at rows that several viewsets serve, {}: say in `fn references()` whose rows it may \
                         name, as in `Reference::to::<{}>(Column::…)`",
                        field.name(),
                        names.join(" and "),
                        several[0].1
                    )));
                }
            }
        }
        let linked = references
            .into_iter()
            .map(|reference| Reference { rows: reference.rows.map(|rows| rows.among(viewsets)), ..reference });
        Ok(linked.collect())
    }
}

/// The table and the column that a field points at, as a relation of the model says.
fn target<V: ViewSet>(field: &Field<EntityOf<V>>) -> Option<(String, String)> {
    let column = Iden::to_string(&field.column());
    let mut relations = <EntityOf<V> as EntityTrait>::Relation::iter().map(|relation| relation.def());
    relations.find_map(|RelationDef { is_owner, from_col, to_tbl, to_col, .. }| {
        // an owner's relation says what points at it
        let (Identity::Unary(from), Identity::Unary(to), false) = (from_col, to_col, is_owner) else { return None };
        let TableRef::Table(table, _) = to_tbl else { return None };
        (from.to_string() == column).then(|| (table.1.to_string(), to.to_string()))
    })
}
