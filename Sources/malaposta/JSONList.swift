import Synchronization

/// Prints what `printJSON` would of `{"schema": 1, NAME: [...]}`, one value at a time: there may be very many.
final class JSONList: Sendable {
    private let name: String
    private let isEmpty = Atomic(true)

    init(_ name: String) { self.name = name }

    func add(_ value: some Encodable) throws {
        let isFirst = isEmpty.exchange(false, ordering: .relaxed)
        if isFirst { print("{\n  \"schema\" : 1,\n  \"\(name)\" : [") }
        print((isFirst ? "    " : ",\n    ") + (try shownJSON(value)).replacing("\n", with: "\n    "), terminator: "")
    }

    func end() { print(isEmpty.load(ordering: .relaxed) ? "{\n  \"schema\" : 1,\n  \"\(name)\" : []\n}" : "\n  ]\n}") }
}
