use std::collections::HashSet;

use sea_orm::{
    Condition, Value,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{GrantTables, orphans::remove, row_key::RowKey};
use crate::{
    Db, Result,
    model::{ForeignKey, ModelInfo, Models, TableName},
};

/// How many rows one statement looks for, or takes the grants away of.
const BATCH: usize = 1000;

/// What must be known to delete a row with every grant on it, and on the rows that the database deletes with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deleting {
    models: Models,
    /// Those that can be followed: from a model's key to a model's rows.
    foreign_keys: Vec<ForeignKey>,
    tables: GrantTables,
}

/// Rows that may go with one that is deleted: each table's, by the first model of it.
pub(crate) struct MayGo<'d>(Vec<(&'d ModelInfo, Vec<Value>)>);

impl Deleting {
    pub(crate) fn of(models: Models, tables: GrantTables) -> Self {
        let mut foreign_keys = Vec::new();
        for declared in models.iter().flat_map(ModelInfo::foreign_keys) {
            let points_at = |model: &ModelInfo| {
                model.key().is_some_and(|key| key.table == declared.to && key.column == declared.to_column)
            };
            let is_known = of_table(&models, &declared.from).next().is_some() && models.iter().any(points_at);
            if is_known && !foreign_keys.contains(&declared) {
                foreign_keys.push(declared);
            }
        }
        Self { models, foreign_keys, tables }
    }

    /// Is a table a model's?
    pub(crate) fn knows(&self, table: &str) -> bool {
        self.named(table).next().is_some()
    }

    /// The models of a table on whose rows something can be granted in guardian's tables.
    pub(crate) fn models_of(&self, table: &str) -> impl Iterator<Item = &ModelInfo> {
        let generic = |model: &&ModelInfo| model.user_grants().is_none() || model.group_grants().is_none();
        self.named(table).filter(generic)
    }

    /// The models whose table has this name, in whatever schema: what a database tells of its foreign keys is asked here,
    /// and it names tables alone.
    fn named(&self, table: &str) -> impl Iterator<Item = &ModelInfo> {
        self.models.iter().filter(move |model| model.key().is_some_and(|key| key.table.table == table))
    }

    /// Is this one followed?
    pub(crate) fn follows(&self, from: &str, column: &str, to: &str) -> bool {
        self.foreign_keys.iter().any(|known| known.from.table == from && known.column == column && known.to.table == to)
    }

    /// Takes away what was granted on rows that are about to be deleted, as rows of each model of their table.
    pub(crate) async fn remove_grants(&self, db: Db<'_>, model: &ModelInfo, keys: &[Value]) -> Result<()> {
        let Some(table) = model.key().map(|key| &key.table) else { return Ok(()) };
        // the model itself is among them, unless nobody named it
        let others = of_table(&self.models, table).filter(|other| other.entity() != model.entity());
        for model in [model].into_iter().chain(others) {
            for batch in keys.chunks(BATCH) {
                self.remove_from(db, model, batch.iter().cloned()).await?;
            }
        }
        Ok(())
    }

    /// The rows that point at these, those that point at them, and so on. Nobody can grant anything on them until the
    /// transaction ends.
    pub(crate) async fn may_go(&self, db: Db<'_>, model: &ModelInfo, keys: &[Value]) -> Result<MayGo<'_>> {
        let mut found: Vec<(&ModelInfo, Vec<Value>)> = Vec::new();
        let Some(own) = model.key() else { return Ok(MayGo(found)) };
        let mut known: HashSet<_> = keys.iter().map(|key| (own.table.clone(), own.text(key))).collect();
        let mut followed = vec![(own.table.clone(), keys.to_vec())];
        while let Some((table, keys)) = followed.pop() {
            for foreign_key in self.foreign_keys.iter().filter(|foreign_key| foreign_key.to == table) {
                let Some(child) = of_table(&self.models, &foreign_key.from).next() else { continue };
                let Some(own) = child.key() else { continue };
                let mut children = Vec::new();
                for batch in keys.chunks(BATCH) {
                    let points_here = is_in(&foreign_key.from, &foreign_key.column, batch);
                    children.extend(child.keys_where(db, points_here, true).await?);
                }
                children.retain(|key| known.insert((own.table.clone(), own.text(key))));
                if !children.is_empty() {
                    followed.push((own.table.clone(), children.clone()));
                    found.push((child, children));
                }
            }
        }
        Ok(MayGo(found))
    }

    /// Takes away what was granted on those of them that are gone: the database decides whether a row goes with
    /// another, whatever a relation says.
    pub(crate) async fn remove_grants_of_gone(&self, db: Db<'_>, MayGo(rows): MayGo<'_>) -> Result<()> {
        for (model, keys) in rows {
            let Some(own) = model.key() else { continue };
            for batch in keys.chunks(BATCH) {
                let left = model.keys_where(db, is_in(&own.table, own.column, batch), false).await?;
                let left: HashSet<Option<String>> = left.iter().map(|key| own.text(key)).collect();
                let gone: Vec<&Value> = batch.iter().filter(|key| !left.contains(&own.text(key))).collect();
                for model in of_table(&self.models, &own.table) {
                    self.remove_from(db, model, gone.iter().copied().cloned()).await?;
                }
            }
        }
        Ok(())
    }

    async fn remove_from(&self, db: Db<'_>, model: &ModelInfo, keys: impl IntoIterator<Item = Value>) -> Result<()> {
        let Some(own) = model.key() else { return Ok(()) };
        // nothing can be granted on a row that no grant can name
        let keys: Vec<RowKey> = keys.into_iter().filter_map(|key| RowKey::of_value(own, key)).collect();
        if !keys.is_empty() {
            remove(db, model, &keys, self.tables).await?;
        }
        Ok(())
    }
}

/// The models of this very table, its schema included.
fn of_table<'m>(models: &'m Models, table: &'m TableName) -> impl Iterator<Item = &'m ModelInfo> {
    models.iter().filter(move |model| model.key().is_some_and(|key| key.table == *table))
}

fn is_in(table: &TableName, column: &str, keys: &[Value]) -> Condition {
    let column = Expr::col((Alias::new(&table.table), Alias::new(column)));
    Condition::all().add(column.is_in(keys.iter().cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc_example::{car, trip};

    /// Points at a column that is no key, and at a table that nobody named.
    mod stop {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, crate::model::Model)]
        #[sea_orm(table_name = "drivers_stop")]
        #[refrain(app = "drivers", model = "Stop", user_grants = "drivers_stop_grants")]
        pub(crate) struct Model {
            #[sea_orm(primary_key)]
            pub(crate) id: i64,
            pub(crate) place: String,
            pub(crate) depot_id: i64,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub(crate) enum Relation {
            #[sea_orm(
                belongs_to = "crate::doc_example::trip::Entity",
                from = "Column::Place",
                to = "crate::doc_example::trip::Column::Destination"
            )]
            Trip,
            #[sea_orm(belongs_to = "super::depot::Entity", from = "Column::DepotId", to = "super::depot::Column::Id")]
            Depot,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }

    mod depot {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = "drivers_depot")]
        pub(crate) struct Model {
            #[sea_orm(primary_key)]
            pub(crate) id: i64,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub(crate) enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    fn deleting() -> Deleting {
        let models = Models::default().with::<car::Entity>().with::<trip::Entity>().with::<stop::Entity>();
        Deleting::of(models, GrantTables::default())
    }

    #[test]
    fn a_foreign_key_is_followed_to_the_key_of_a_known_model() {
        let deleting = deleting();
        assert!(deleting.follows("drivers_trip", "car_id", "drivers_car"));
        assert!(!deleting.follows("drivers_trip", "destination", "drivers_car"), "another column");
        assert!(!deleting.follows("drivers_stop", "car_id", "drivers_car"), "another table's");
        assert!(!deleting.follows("drivers_trip", "car_id", "drivers_stop"), "to another table");
        assert!(!deleting.follows("drivers_stop", "place", "drivers_trip"), "what it points at is no key");
        assert!(!deleting.follows("drivers_stop", "depot_id", "drivers_depot"), "nobody named what it points at");
    }

    #[test]
    fn grants_on_a_model_are_in_common_tables_unless_it_has_both_of_its_own() {
        let deleting = deleting();
        let named = |table: &str| deleting.models_of(table).map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(named("drivers_stop"), ["drivers.stop"], "those of groups are");
        assert_eq!(named("drivers_car"), ["drivers.car"]);
    }
}
