//! Many rows in one transaction: locked in one order, judged in one statement, before and after.

use sea_orm::{ActiveModelTrait, ModelTrait, QuerySelect, Select};

use super::{Write, changed_row, complete_new, statement};
use crate::{
    Db,
    db::roll_back,
    http::Problem,
    model::key_columns,
    permission::{Judged, Rule, judged},
    viewset::{
        ActiveModelOf, EntityOf, ModelOf, Resource, ViewSet,
        bulk::NamedRows,
        conditional::leave_version_out,
        mount::Visit,
        row::{RowPermissions, Scope, ToldActions},
    },
};

impl Visit {
    /// The row's reading of many rows, in the order in which they are named: all of them, where the rule admits each.
    ///
    /// Rows that are not there and rows that the caller may not view are one answer, which says in which places they stand;
    /// so are rows that they may view and not write.
    pub(crate) async fn named_rows<V: ViewSet>(
        &self,
        viewset: &V,
        db: Db<'_>,
        rule: &Rule,
        named: &NamedRows<EntityOf<V>>,
    ) -> Result<Vec<ModelOf<V>>, Problem> {
        let cx = self.context(db);
        let viewable = self.viewable(db).await?;
        let rows = named.among(self.scope(viewset, db)?.rows());
        let found = named.sorted(judged(db, rows, &[rule, &viewable]).await?)?;
        let (mut rows, mut missing, mut refused) = (Vec::with_capacity(found.len()), Vec::new(), Vec::new());
        for (place, found) in found.into_iter().enumerate() {
            match found {
                Some(found) if found.holds(0, &cx).await? => rows.push(found.row),
                Some(found) if self.site.reveal_hidden_rows || found.holds(1, &cx).await? => {
                    refused.push((place, found.row));
                }
                _ => missing.push(place.to_string()),
            }
        }
        if !missing.is_empty() {
            let problem = self.no_such_row();
            let sentence = problem.detail().to_owned();
            return Err(problem.with_errors(missing, &sentence));
        }
        if !refused.is_empty() {
            return Err(self.refuse_rows::<EntityOf<V>>(db, refused).await?);
        }
        Ok(rows)
    }

    /// Names for each place the part of the permissions that does not admit its row.
    async fn refuse_rows<E: Resource>(&self, db: Db<'_>, rows: Vec<(usize, E::Model)>) -> Result<Problem, Problem> {
        let cx = self.context(db);
        let meanings = self.guard.permissions.meanings(&cx).await?;
        let (places, rows): (Vec<usize>, Vec<E::Model>) = rows.into_iter().unzip();
        let named = NamedRows::<E>::of_rows(&rows);
        let judged = judged(db, named.among(E::find()), &meanings.rules_in_question()).await?;
        let mut refusal: Option<Problem> = None;
        for (place, judged) in places.into_iter().zip(named.sorted(judged)?) {
            let problem = match judged {
                Some(judged) => self.refused(meanings.refusing_row(&judged, 0, &cx).await?),
                None => self.no_such_row(),
            };
            let sentence = problem.detail().to_owned();
            let first = refusal.take().unwrap_or(problem);
            refusal = Some(first.with_errors(vec![place.to_string()], &sentence));
        }
        Ok(refusal.unwrap_or_else(|| self.no_such_row()))
    }

    /// Begins a write on many rows: locks them one after the other by their keys, so that two who want the same rows do
    /// not wait for each other, and judges them as they are now. As [`begin_change`](Self::begin_change) does for one.
    pub(crate) async fn begin_change_of_many<V: ViewSet>(
        &self,
        viewset: &V,
        judged_before: &Rule,
        named: &NamedRows<EntityOf<V>>,
    ) -> Result<(Write, Vec<ModelOf<V>>), Problem> {
        let (locked, visit, transaction) = loop {
            let begun = self.begin().await?;
            let locking = named.in_one_order().lock_exclusive();
            let locked = match judged(Db::from(&begun.transaction), locking, &[judged_before]).await {
                Ok(locked) => locked,
                Err(error) if self.site.isolation.may_have_failed(&begun, &error) => {
                    roll_back(begun.transaction).await?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            match self.afresh(&begun).await? {
                Some(visit) => break (locked, visit, begun.transaction),
                None => roll_back(begun.transaction).await?,
            }
        };
        let db = Db::from(&transaction);
        let rule = visit.meaning(db).await?;
        let scope = visit.scope(viewset, db)?;
        let settled = rule == *judged_before && !rule.reads_other_tables() && !rule.has_hooks() && scope.is_table();
        let rows = match settled {
            true => admitted(named.sorted(locked)?),
            false => None,
        };
        let rows = match rows {
            Some(rows) => rows,
            None => visit.named_rows(viewset, db, &rule, named).await?,
        };
        Ok((Write::new(transaction, visit, rule), rows))
    }
}

/// The rows, where each is there and the database alone has settled that the rule admits it.
fn admitted<M: Sync + 'static>(found: Vec<Option<Judged<M>>>) -> Option<Vec<M>> {
    found.into_iter().map(|found| found.filter(|found| !found.refuses(0)).map(|found| found.row)).collect()
}

impl Write {
    /// Inserts one of many rows, which are to be judged together yet.
    pub(crate) async fn insert_one_of_many<V: ViewSet>(
        self,
        viewset: &V,
        mut row: ActiveModelOf<V>,
    ) -> Result<(Self, ModelOf<V>), Problem> {
        complete_new::<V>(&mut row);
        match statement::insert::<EntityOf<V>>(&self, row.clone(), &[]).await {
            Ok(made) => Ok((self, made.row)),
            Err(error) => Err(self.refused_by_database(viewset, error, row).await?),
        }
    }

    /// Updates one of many rows, which are to be judged together yet; the last says whether there was anything to change.
    pub(crate) async fn update_one_of_many<V: ViewSet>(
        self,
        viewset: &V,
        before: ModelOf<V>,
        mut changes: ActiveModelOf<V>,
    ) -> Result<(Self, ModelOf<V>, bool), Problem> {
        let version = V::version();
        leave_version_out::<V>(&mut changes);
        // a hook may have written the row in place of the statement
        let has_run = self.forget_hooks();
        if !changes.is_changed() {
            if let Some(version) = version.filter(|_| has_run) {
                statement::count_version::<EntityOf<V>>(self.db(), &before, version).await?;
            }
            return Ok((self, before, has_run));
        }
        for key in key_columns::<EntityOf<V>>() {
            changes.set(key, before.get(key));
        }
        match statement::update::<EntityOf<V>>(&self, &before, changes.clone(), version, &[]).await {
            Ok(changed) => Ok((self, changed.row, true)),
            Err(error) => Err(self.refused_by_database(viewset, error, changed_row::<V>(before, &changes)).await?),
        }
    }

    /// The rows as they are now, in one statement: all of them, where the rule admits each as it became, with what is told
    /// of each behind its verdict. `unchanged` are the places in which nothing was written.
    pub(crate) async fn judge_many<V: ViewSet>(
        &self,
        viewset: &V,
        told: &ToldActions,
        rows: &[ModelOf<V>],
        unchanged: &[usize],
    ) -> Result<(Vec<Judged<ModelOf<V>>>, RowPermissions), Problem> {
        let (db, visit) = (self.db(), &self.visit);
        let about = self.about(viewset, told, true).await?;
        let named = NamedRows::<EntityOf<V>>::of_rows(rows);
        let scoped: Select<EntityOf<V>> =
            about.scope.as_ref().map_or_else(<EntityOf<V> as sea_orm::EntityTrait>::find, Scope::rows);
        // who wrote nothing is shown nothing that they could not read
        let viewable = match unchanged {
            [] => Rule::Always,
            _ => visit.viewable(db).await?,
        };
        let rules: Vec<&Rule> = about.rules().into_iter().chain([&viewable]).collect();
        let last = rules.len() - 1;
        let found = named.sorted(judged(db, named.among(scoped), &rules).await?)?;
        let cx = visit.context(db);
        let (mut admitted, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
        for (place, (found, row)) in found.into_iter().zip(rows).enumerate() {
            let Some(found) = found else {
                if about.scope.is_some() {
                    return Err(visit.refused(visit.guard.permissions.unnamed_denial()).in_place(place));
                }
                return Err(visit.no_such_row().in_place(place));
            };
            if !found.holds(0, &cx).await? {
                refused.push((place, row.clone()));
            } else if unchanged.contains(&place) && viewable != self.rule && !found.holds(last, &cx).await? {
                return Err(visit.no_such_row().in_place(place));
            } else {
                admitted.push(found);
            }
        }
        match refused.is_empty() {
            true => Ok((admitted, about.tell)),
            false => Err(visit.refuse_rows::<EntityOf<V>>(db, refused).await?),
        }
    }
}
