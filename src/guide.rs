//! The guide's pages and their examples, which compile as doc tests.

macro_rules! pages {
    ($($(#[$attribute:meta])* $page:ident = $file:literal;)*) => {$(
        $(#[$attribute])*
        #[doc = include_str!(concat!("../docs/guide/", $file))]
        mod $page {}
    )*};
}

pages! {
    starting = "starting.md";
    tutorial = "tutorial.md";
    models_and_permissions = "models-and-permissions.md";
    users_and_groups = "users-and-groups.md";
    permission_classes = "permission-classes.md";
    parents = "parents.md";
    serializers = "serializers.md";
    fields_by_permission = "fields-by-permission.md";
    viewsets = "viewsets.md";
    lists = "lists.md";
    conditional_requests = "conditional-requests.md";
    many_rows = "many-rows.md";
    authentication = "authentication.md";
    sessions = "sessions.md";
    accounts = "accounts.md";
    tokens = "tokens.md";
    #[cfg(feature = "openid")]
    bearer_tokens = "bearer-tokens.md";
    #[cfg(feature = "cli")]
    from_django = "from-django.md";
    #[cfg(feature = "cli")]
    beside_django = "beside-django.md";
    moving_an_endpoint = "moving-an-endpoint.md";
    #[cfg(feature = "cli")]
    command_line = "command-line.md";
    errors = "errors.md";
    databases = "databases.md";
    serving = "serving.md";
    many_nodes = "many-nodes.md";
    distributed_postgresql = "distributed-postgresql.md";
    throttles = "throttles.md";
    pages = "pages.md";
    #[cfg(feature = "templates")]
    templates = "templates.md";
    signals = "signals.md";
    #[cfg(feature = "testing")]
    testing = "testing.md";
    object_grants = "object-grants.md";
    reference = "reference.md";
}
