import Mail
import NIOCore
import Testing

@testable import IMAP

@Suite("FETCH and STORE arguments, RFC 9051 §6.4.5 and §6.4.6") struct FetchTests {
    @Test(arguments: [
        ("ALL", [FetchItem.flags, .internalDate, .size, .envelope]), ("fast", [.flags, .internalDate, .size]),
        ("FULL", [.flags, .internalDate, .size, .envelope, .body]), ("UID", [.uid]), ("(UID FLAGS)", [.uid, .flags]),
        ("BODY", [.body]), ("BODYSTRUCTURE", [.bodyStructure]), ("BODY[]", [.section(Section(), nil, peek: false)]),
        ("BODY.PEEK[TEXT]<5.10>", [.section(Section(text: .text), Partial(offset: 5, length: 10), peek: true)]),
        ("BODY[1.2.MIME]", [.section(Section(part: [1, 2], text: .mime), nil, peek: false)]),
        ("BODY[3]", [.section(Section(part: [3]), nil, peek: false)]),
        ("body.peek[2.header]", [.section(Section(part: [2], text: .header), nil, peek: true)]),
        (
            "BODY[HEADER.FIELDS (From \"To\")]",
            [
                .section(
                    Section(text: .headerFields([ByteBuffer(string: "From"), ByteBuffer(string: "To")], excluded: false)), nil,
                    peek: false)
            ]
        ),
        (
            "BODY.PEEK[1.HEADER.FIELDS.NOT (Date)]<0.1>",
            [
                .section(
                    Section(part: [1], text: .headerFields([ByteBuffer(string: "Date")], excluded: true)),
                    Partial(offset: 0, length: 1), peek: true)
            ]
        ),
        ("RFC822.HEADER", [.legacy(.header)]), ("MODSEQ", [.modSequence]),
    ])
    func reads(text: String, items: [FetchItem]) throws {
        var reader = CommandReader(ByteBuffer(string: text))
        #expect(try reader.fetchRequest() == FetchRequest(items: items))
        #expect(reader.isAtEnd)
    }

    @Test(arguments: [
        ("", Expected.fetchItem, 0), ("FOO", .fetchItem, 0), ("()", .fetchItem, 1), ("(UID", .listEnd, 4), ("BODY[", .section, 5),
        ("BODY[MIME]", .section, 5), ("BODY[1.]", .section, 7), ("BODY[0]", .number, 5), ("BODY[HEADER.FIELDS]", .space, 18),
        ("BODY[HEADER.FIELDS ()]", .string, 20), ("BODY[]<1>", .section, 8), ("BODY[]<1.0>", .number, 9),
        ("BODY[]<-1.2>", .number, 7),
        ("(ALL)", .fetchItem, 1), ("UID (CHANGEDSINCE)", .space, 17), ("UID (FOO 1)", .modifier, 5),
    ])
    func refuses(text: String, expected: Expected, offset: Int) {
        #expect(throws: SyntaxError(expected: expected, offset: offset)) {
            var reader = CommandReader(ByteBuffer(string: text))
            _ = try reader.fetchRequest()
        }
    }

    @Test func namesSectionsAsItReadsThem() throws {
        for text in [
            "[]", "[1.2]", "[HEADER]", "[1.TEXT]", "[2.MIME]", "[HEADER.FIELDS (a b)]", "[3.HEADER.FIELDS.NOT (Subject)]",
        ] {
            var reader = CommandReader(ByteBuffer(string: text))
            var buffer = ByteBuffer()
            buffer.write(try reader.section())
            #expect(String(buffer: buffer) == text)
        }
    }

    @Test(arguments: [
        ("FLAGS (\\Seen)", StoreRequest(change: .replace, isSilent: false, flags: FlagList(.seen))),
        ("+FLAGS.SILENT \\Deleted", StoreRequest(change: .add, isSilent: true, flags: FlagList(.deleted))),
        (
            "-flags (\\Answered \\Flagged)",
            StoreRequest(change: .remove, isSilent: false, flags: FlagList([.answered, .flagged]))
        ),
        ("FLAGS ()", StoreRequest(change: .replace, isSilent: false, flags: FlagList())),
        (
            "(UNCHANGEDSINCE 12) +FLAGS ($Forwarded)",
            StoreRequest(change: .add, isSilent: false, flags: FlagList(.forwarded), unchangedSince: 12)
        ),
    ])
    func readsStore(text: String, request: StoreRequest) throws {
        var reader = CommandReader(ByteBuffer(string: text))
        #expect(try reader.storeRequest() == request)
    }

    @Test func foldsKeywords() throws {
        var reader = CommandReader(ByteBuffer(string: "(Work WORK $MDNSent \\Recent)"))
        let flags = try reader.flagList()
        #expect(flags.tags.map(\.name) == ["work"])
        #expect(flags.system == .receiptSent)
    }

    @Test(arguments: ["(\\Unknown)", "(\\)", "(]x)"])
    func refusesFlags(text: String) {
        #expect(throws: SyntaxError.self) {
            var reader = CommandReader(ByteBuffer(string: text))
            _ = try reader.flagList()
        }
    }
}
