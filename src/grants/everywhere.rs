use sea_orm::{ConnectionTrait, DbErr};

use crate::{
    Db, Result,
    auth::User,
    db::{Sql, quoted},
    model::ModelInfo,
};

/// Does a user hold a model's permission for every row? Of another model of the app that has one of the same codename
/// it is not this one's, though their labels are one (CONTRACT 8.31).
pub(super) async fn is_held_everywhere(db: Db<'_>, user: &User, model: &ModelInfo, codename: &str) -> Result<bool> {
    if !user.has_perm(db, &format!("{}.{codename}", model.granted_on().0)).await? {
        return Ok(false);
    }
    let query = Sql::new(db.get_database_backend(), "").models_with(model.granted_on().0, codename);
    let rows = db.query_all_raw(query.statement()).await?;
    let models = rows.iter().map(|row| row.try_get("", "model")).collect::<Result<Vec<String>, DbErr>>()?;
    let (own, others): (Vec<String>, _) = models.into_iter().partition(|name| name == model.granted_on().1);
    match (own.is_empty(), others.is_empty()) {
        (false, true) => Ok(true),
        (false, false) => is_held(db, user, model, codename).await,
        // who holds what no row is of has it of a backend that knows labels alone
        (true, true) => Ok(model.declared_permissions().any(|(declared, _)| declared == codename)),
        (true, false) => Ok(false),
    }
}

/// Do Django's tables say that a user holds this permission of the model's, directly or through a group?
async fn is_held(db: Db<'_>, user: &User, model: &ModelInfo, codename: &str) -> Result<bool> {
    let Some(id) = user.id() else { return Ok(false) };
    let (on, users) = (db.get_database_backend(), user.auth().users());
    let (link, id) = (quoted(&users.link_column, on), id.value(on));
    let query = Sql::new(on, "")
        .permissions("gp.id AS id", model, Some(&[codename]))
        .text(&format!(" AND (EXISTS (SELECT 1 FROM {} up ", quoted(&users.permissions_table, on)))
        .text(&format!("WHERE up.permission_id = gp.id AND up.{link} = "))
        .value(id.clone())
        .text(&format!(") OR EXISTS (SELECT 1 FROM {} ug ", quoted(&users.groups_table, on)))
        .text("JOIN auth_group_permissions ap ON ap.group_id = ug.group_id ")
        .text(&format!("WHERE ap.permission_id = gp.id AND ug.{link} = "))
        .value(id)
        .text("))");
    Ok(db.query_one_raw(query.statement()).await?.is_some())
}
