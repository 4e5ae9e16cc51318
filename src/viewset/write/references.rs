//! Keys in a body: each points at a row that the caller may retrieve, or is told as one of no row.

use sea_orm::{ActiveModelTrait, ConnectionTrait, ModelTrait, Value, sea_query::Query};

use super::Write;
use crate::{
    http::{Problem, refused},
    permission::{Rule, read_verdict, verdict_name},
    serializer::{NO_SUCH_ROW, Serializer, same_column},
    viewset::{ActiveModelOf, ColumnOf, EntityOf, ModelOf, Mounted, ViewSet},
};

impl Write {
    /// Refuses a body with keys of rows that the caller may not retrieve, whether these are there or not. The rule
    /// speaks first of what the row would become; a key that stays as it was is not looked at.
    pub(crate) async fn check_references<V: ViewSet>(
        self,
        viewset: &Mounted<V>,
        sent: &ActiveModelOf<V>,
        before: Option<&ModelOf<V>>,
        becomes: impl FnOnce() -> ActiveModelOf<V>,
    ) -> Result<Self, Problem> {
        let fields = self.lost::<V>(viewset, sent, before).await?;
        if fields.is_empty() {
            return Ok(self);
        }
        Err(self.refuse(&viewset.viewset, becomes(), refused(fields, NO_SUCH_ROW)).await?)
    }

    /// The fields whose keys are those of no row, as far as the caller may know.
    async fn lost<V: ViewSet>(
        &self,
        viewset: &Mounted<V>,
        sent: &ActiveModelOf<V>,
        before: Option<&ModelOf<V>>,
    ) -> Result<Vec<String>, Problem> {
        let cx = self.visit.context(self.db());
        let (mut lost, mut asked) = (Vec::new(), Vec::new());
        let mut question = Query::select();
        for reference in viewset.references() {
            let Some(key) = self.key_sent::<V>(viewset, reference.column, sent, before) else { continue };
            let Some(rows) = &reference.rows else { continue };
            match rows.meaning(&cx).await? {
                Rule::Through(parents) => {
                    question.expr_as(parents.has(key), verdict_name(asked.len()));
                    asked.push(reference.column);
                }
                // a rule that follows a key is one of parents, or admits none
                _ => lost.push(reference.column),
            }
        }
        if !asked.is_empty() {
            let answer = self.db().query_one(&question).await?.ok_or_else(Problem::server_error)?;
            for (place, column) in asked.into_iter().enumerate() {
                if !read_verdict(&answer, place)? {
                    lost.push(column);
                }
            }
        }
        let fields = V::Serializer::fields().iter();
        let is_lost = |column: &ColumnOf<V>| lost.iter().any(|lost| same_column::<EntityOf<V>>(lost, column));
        Ok(fields.filter(|field| is_lost(&field.column())).map(|field| field.name().to_owned()).collect())
    }

    /// The key that a body sets; `None` where it sets none, NULL, or the one that is there. That of a row which the path
    /// is below was looked for.
    fn key_sent<V: ViewSet>(
        &self,
        viewset: &Mounted<V>,
        column: ColumnOf<V>,
        sent: &ActiveModelOf<V>,
        before: Option<&ModelOf<V>>,
    ) -> Option<Value> {
        let key = sent.get(column).into_value().filter(|key| *key != key.as_null())?;
        let is_before = before.is_some_and(|before| before.get(column) == key);
        let is_below = viewset.key_below(&self.visit).is_some_and(|(of, _)| same_column::<EntityOf<V>>(&of, &column));
        (!is_before && !is_below).then_some(key)
    }
}
