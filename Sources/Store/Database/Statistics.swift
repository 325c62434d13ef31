internal import SQL

/// What a filled mailbox looks like, for the planner: one account, 40 folders, 20,000 messages.
enum Statistics {
    static let mailbox: [Connection.IndexStatistics] = [
        .init("accounts", "sqlite_autoindex_accounts_1", rows: 1, 1),
        .init("attachments", "attachments", rows: 3_300, 3_300, 1, 1),
        .init("blobs", "blobs", rows: 20_000, 20_000, 1),
        .init("blobs", "blobs_by_file", rows: 20_000, 20_000, 1),
        .init("comments", "comments", rows: 100, 100, 1),
        .init("deliveries", "deliveries", rows: 20_000, 20_000, 1),
        .init("deliveries", "deliveries_by_age", rows: 20_000, 20_000, 1),
        .init("expunged", "expunged", rows: 1_000, 1_000, 25, 1, 1),
        .init("folder_threads", "folder_threads", rows: 15_000, 15_000, 375, 1),
        .init("folder_threads", "folder_threads_by_date", rows: 15_000, 15_000, 375, 1, 1),
        .init("folder_threads", "folder_threads_unread", rows: 5_000, 5_000, 125, 1, 1),
        .init("folders", "folders_by_name", rows: 40, 40, 7, 1),
        .init("folders", "sqlite_autoindex_folders_1", rows: 40, 40, 1),
        .init("message_tags", "message_tags", rows: 500, 500, 13, 3, 1),
        .init("messages", "messages", rows: 20_000, 20_000, 500, 1),
        .init("messages", "messages_by_blob", rows: 20_000, 20_000, 1),
        .init("messages", "messages_by_change", rows: 20_000, 20_000, 500, 1),
        .init("messages", "messages_by_date", rows: 20_000, 20_000, 500, 1, 1),
        .init("messages", "messages_by_number", rows: 20_000, 20_000, 1),
        .init("messages", "messages_by_sender", rows: 20_000, 20_000, 500, 3, 1),
        .init("messages", "messages_by_size", rows: 20_000, 20_000, 500, 2, 1),
        .init("messages", "messages_by_subject", rows: 20_000, 20_000, 500, 2, 1),
        .init("messages", "messages_by_thread", rows: 20_000, 20_000, 3, 2, 1, 1),
        .init("messages", "messages_unseen", rows: 5_000, 5_000, 125, 1, 1),
        .init("summaries", "sqlite_autoindex_summaries_1", rows: 20_000, 20_000, 1),
        .init("thread_identifiers", "thread_identifiers", rows: 20_000, 20_000, 1),
        .init("thread_identifiers", "thread_identifiers_by_thread", rows: 20_000, 20_000, 3),
        .init("thread_subjects", "thread_subjects", rows: 3_000, 3_000, 1),
        .init("thread_subjects", "thread_subjects_by_thread", rows: 3_000, 3_000, 1),
    ]
}
