CREATE TABLE `refrain_token` (
    `id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
    `name` varchar(100) NOT NULL,
    `digest` varchar(64) NOT NULL UNIQUE,
    `created` datetime(6) NOT NULL,
    `expires_at` datetime(6) NULL,
    `last_used` datetime(6) NULL,
    `ceiling` longtext NULL,
    `user_id` {user_key} NOT NULL,
    CONSTRAINT `refrain_token_user_id_fk` FOREIGN KEY (`user_id`) REFERENCES `{users}` (`id`) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE {collation};
