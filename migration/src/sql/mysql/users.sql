CREATE TABLE `{users}` (
    `id` {user_id}{numbered} NOT NULL PRIMARY KEY,
    `password` varchar(128) NOT NULL,
    `last_login` datetime(6) NULL,
    `is_superuser` bool NOT NULL,
    `username` varchar(150) NOT NULL UNIQUE,
    `first_name` varchar(150) NOT NULL,
    `last_name` varchar(150) NOT NULL,
    `email` varchar(254) NOT NULL,
    `is_staff` bool NOT NULL,
    `is_active` bool NOT NULL,
    `date_joined` datetime(6) NOT NULL
) CHARACTER SET utf8mb4 COLLATE {collation};

CREATE TABLE `{user_groups}` (
    `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
    `{link}` {user_key} NOT NULL,
    `group_id` integer NOT NULL,
    UNIQUE KEY `<<{user_groups}({link}, group_id)_uniq>>` (`{link}`, `group_id`),
    CONSTRAINT `<<{user_groups}(group_id)_fk_auth_group_id>>` FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`),
    CONSTRAINT `<<{user_groups}({link})_fk_{users}_id>>` FOREIGN KEY (`{link}`) REFERENCES `{users}` (`id`)
) CHARACTER SET utf8mb4 COLLATE {collation};

CREATE TABLE `{user_permissions}` (
    `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
    `{link}` {user_key} NOT NULL,
    `permission_id` integer NOT NULL,
    UNIQUE KEY `<<{user_permissions}({link}, permission_id)_uniq>>` (`{link}`, `permission_id`),
    CONSTRAINT `<<{user_permissions}(permission_id)_fk_auth_permission_id>>` FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
    CONSTRAINT `<<{user_permissions}({link})_fk_{users}_id>>` FOREIGN KEY (`{link}`) REFERENCES `{users}` (`id`)
) CHARACTER SET utf8mb4 COLLATE {collation};
