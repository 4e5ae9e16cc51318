//! sea-orm's rbac: a permission for each role and table, and a user whose one role is above eight others.

use std::hint::black_box;

use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection,
    rbac::{Action, RbacEngine, RbacUserId, Table, schema},
};

use crate::{
    Decide,
    site::{CARS, Site, TABLES},
};

pub(crate) async fn decision(site: Site) -> Decide {
    let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.expect("a database");
    schema::create_tables(&db, Default::default()).await.expect("tables");
    let users_role = site.groups;
    insert(&db, "sea_orm_permission (id, action)", ["(1, 'change')".to_owned()]).await;
    insert(&db, "sea_orm_role (id, role)", (0..=users_role).map(|n| format!("({n}, 'g{n}')"))).await;
    let tables = (0..TABLES).map(|n| site.table(n)).collect::<Vec<_>>();
    let resources = tables.iter().enumerate().map(|(n, table)| format!("({n}, '{table}')"));
    insert(&db, "sea_orm_resource (id, \"table\")", resources).await;
    let grants = site.grants().map(|(group, table)| {
        let resource = tables.iter().position(|it| *it == table).expect("a table's name");
        format!("({group}, 1, {resource})")
    });
    insert(&db, "sea_orm_role_permission (role_id, permission_id, resource_id)", grants).await;
    let below = site.users_groups().map(|group| format!("({users_role}, {group})"));
    insert(&db, "sea_orm_role_hierarchy (super_role_id, role_id)", below).await;
    insert(&db, "sea_orm_user_role (user_id, role_id)", [format!("(7, {users_role})")]).await;
    let engine = RbacEngine::load_from(&db).await.expect("an engine");
    Box::new(move || engine.user_can(black_box(RbacUserId(7)), Action("change"), Table(CARS)).expect("a decision"))
}

async fn insert(db: &DatabaseConnection, table: &str, rows: impl IntoIterator<Item = String>) {
    let rows = rows.into_iter().collect::<Vec<_>>().join(", ");
    db.execute_unprepared(&format!("INSERT INTO {table} VALUES {rows}")).await.expect("rows");
}
