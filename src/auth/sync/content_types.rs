use refrain_entity::content_type;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::SyncReport;
use crate::{Db, Error, Result, model::ModelInfo};

/// The key of the model's content type; made, or renamed from its former name, where there is none.
pub(super) async fn find_or_make(
    db: Db<'_>,
    model: &ModelInfo,
    may_change: bool,
    report: &mut SyncReport,
) -> Result<i32> {
    if let Some(found) = find(db, model, model.model_name()).await? {
        return Ok(found.id);
    }
    if let Some(former) = model.renamed_from()
        && let Some(found) = find(db, model, former).await?
    {
        if !may_change {
            let from = format!("{}.{former}", model.app_label());
            report.held_back.push((from, model.to_string()));
            return Ok(found.id);
        }
        let change = content_type::ActiveModel { model: Set(model.model_name().to_owned()), ..found.clone().into() };
        content_type::Entity::update(change).exec(&db).await?;
        return Ok(found.id);
    }
    let row = content_type::ActiveModel {
        app_label: Set(model.app_label().to_owned()),
        model: Set(model.model_name().to_owned()),
        ..Default::default()
    };
    let key = [content_type::Column::AppLabel, content_type::Column::Model];
    // the conflict is another process doing the same
    content_type::Entity::insert(row)
        .on_conflict(OnConflict::columns(key).do_nothing_on([content_type::Column::Id]).to_owned())
        .exec_without_returning(&db)
        .await?;
    let made = find(db, model, model.model_name()).await?;
    made.map(|made| made.id)
        .ok_or_else(|| Error::wiring(format!("the content type `{model}` was made and is not there")))
}

async fn find(db: Db<'_>, model: &ModelInfo, name: &str) -> Result<Option<content_type::Model>> {
    let found = content_type::Entity::find()
        .filter(content_type::Column::AppLabel.eq(model.app_label()))
        .filter(content_type::Column::Model.eq(name))
        .all(&db)
        .await?;
    // a collation that ignores case may find more than was asked for
    Ok(found.into_iter().find(|row| row.app_label == model.app_label() && row.model == name))
}
