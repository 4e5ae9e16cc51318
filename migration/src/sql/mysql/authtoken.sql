CREATE TABLE `authtoken_token` (
    `key` varchar(40) NOT NULL PRIMARY KEY,
    `created` datetime(6) NOT NULL,
    `user_id` {user_key} NOT NULL UNIQUE,
    CONSTRAINT `<<authtoken_token(user_id)_fk_{users}_id>>` FOREIGN KEY (`user_id`) REFERENCES `{users}` (`id`)
) CHARACTER SET utf8mb4 COLLATE {collation};
