//! crudcrate, on axum: its own routes behind a middleware that looks the caller and one permission up by one statement,
//! and confines what is written to the caller's rows by a scope. What is read has a scope that lets every row in.
//!
//! It has no create here: its route has nowhere to learn whose the new row is.

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use crudcrate::ScopeCondition;
use sea_orm::{ColumnTrait, Condition, DatabaseConnection};
use tokio::net::TcpListener;

use crate::caller;

mod car {
    use crudcrate::EntityToModels;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, EntityToModels)]
    #[sea_orm(table_name = "drivers_car")]
    #[crudcrate(generate_router, routes(read, update), api_struct = "Car")]
    pub struct Model {
        #[sea_orm(primary_key)]
        #[crudcrate(primary_key, exclude(create, update), sortable)]
        pub id: i64,
        pub name: String,
        #[crudcrate(exclude(create, update, one, list))]
        pub owner_id: Option<i32>,
        #[crudcrate(exclude(create, update))]
        pub published: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn serve(listener: TcpListener, db: DatabaseConnection) {
    let cars = car::Car::router(&db).layer(from_fn_with_state(db, scoped));
    let router: Router = Router::new().nest("/api/cars", cars.into());
    axum::serve(listener, router).await.expect("it serves until it is killed");
}

async fn scoped(
    State(db): State<DatabaseConnection>,
    mut request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let reads = request.method() == Method::GET;
    let codename = if reads { "view_car" } else { "change_car" };
    let header = request.headers().get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let token = caller::token(header).ok_or(StatusCode::UNAUTHORIZED)?;
    let held = "JOIN auth_permission p ON p.id = h.permission_id \
                JOIN django_content_type c ON c.id = p.content_type_id";
    let may = format!(
        "u.is_superuser OR EXISTS (SELECT 1 FROM auth_user_user_permissions h {held} \
         WHERE h.user_id = u.id AND c.app_label = 'drivers' AND p.codename = {{1}}) \
         OR EXISTS (SELECT 1 FROM auth_user_groups g JOIN auth_group_permissions h ON h.group_id = g.group_id {held} \
         WHERE g.user_id = u.id AND c.app_label = 'drivers' AND p.codename = {{1}}) AS may"
    );
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let user = caller::look_up(&db, token, &may, Some(codename)).await.map_err(failed)?;
    let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
    if !user.try_get::<bool>("", "may").map_err(failed)? {
        return Err(StatusCode::FORBIDDEN);
    }
    let id: i32 = user.try_get("", "id").map_err(failed)?;
    let scope = if reads { Condition::all() } else { Condition::all().add(car::Column::OwnerId.eq(id)) };
    request.extensions_mut().insert(ScopeCondition::new(scope));
    Ok(next.run(request).await)
}
