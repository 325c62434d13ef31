internal import SQL

final class SearchIndex {}
