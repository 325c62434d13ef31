import NIOCore
import TestSupport
import Testing

@testable import MIME

@Suite("Encoded words, RFC 2047, as found in the field") struct EncodedWordTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("=?utf-8?Q?Ol=C3=A1?=", "Olá"),
        ("=?UTF-8?b?T2zDoQ==?=", "Olá"),
        ("=?iso-8859-1?Q?a?= =?iso-8859-1?Q?b?=", "ab"),
        ("=?iso-8859-1?Q?a?= b", "a b"),
        ("=?iso-8859-1?Q?a_b?=", "a b"),
        ("x =?utf-8?Q?y?= z", "x y z"),
        ("=?utf-8?B?w6k=?=x", "éx"),
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"),
        ("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€"),
        ("=?utf-8?Q?with space?=", "with space"),
        ("=?utf-8*pt?Q?l=C3=A1?=", "lá"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?big5?B?pKSk5Q==?=", "中文"),
        ("=?euc-kr?B?x9GxuQ==?=", "한국"),
        ("=?shift_jis?B?k/qWew==?=", "日本"),
        ("=?windows-1251?Q?=CF=F0?=", "Пр"),
        ("=?x-nowhere?Q?=C3=A9?=", "é"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?unended", "=?utf-8?Q?unended"),
        ("=?utf-8?Q?a =?utf-8?Q?b?=", "=?utf-8?Q?a b"),
        ("=?", "=?"),
        ("=?utf-8?Q??=", ""),
        ("=?us-ascii?Q?=93quoted=94?=", "“quoted”"),
        ("50=?= off", "50=?= off"),
    ])
    func decodes(text: String, expected: String) { #expect(EncodedWords.decode(Array(text.utf8)) == expected) }

    @Test func bareOctets() {
        #expect(EncodedWords.decode([0x63, 0x61, 0x66, 0xe9]) == "café")
        #expect(EncodedWords.decode(Array("café".utf8)) == "café")
        #expect(EncodedWords.decode([0x61, 0x00, 0x62, 0x1b]) == "a b ")
    }

    @Test func manyBrokenWordsAreLinear() {
        let text = String(repeating: "=?utf-8?Q?", count: 50_000)
        #expect(EncodedWords.decode(Array(text.utf8)) == text)
    }
}

@Suite("Charsets") struct CharsetTests {
    @Test(arguments: [
        ("utf-7", "+AOk-", "é"), ("iso-2022-jp", "\u{1b}$BF|K\\\u{1b}(B", "日本"), ("../etc/passwd", "a", "a"),
        ("utf-8//TRANSLIT", "a", "a"), ("", "é", "é"), ("us-ascii", "é", "é"),
    ])
    func text(charset: String, text: String, expected: String) {
        #expect(Charset.decode(Array(text.utf8), as: charset) == expected)
    }

    @Test func wrongOrBroken() {
        #expect(Charset.decode([0x93, 0x61, 0x94], as: "iso-8859-1") == "“a”")
        #expect(Charset.decode([0x81, 0xe9], as: "windows-1252") == "\u{81}é")
        #expect(Charset.decode([0x63, 0xe9], as: "utf-8") == "cé")
        #expect(Charset.decode([0xc3, 0xa9, 0xff], as: "utf-8") == "é\u{fffd}")
        #expect(Charset.decode([0x61, 0xff, 0x62], as: "gb18030") == "a\u{fffd}b")
        #expect(Charset.decode([0x00, 0x61, 0x00, 0x62], as: "utf-16be") == "ab")
        #expect(Charset.decode([0x1b, 0x24, 0x42, 0x46], as: "iso-2022-jp") == "\u{fffd}")
    }

    @Test func longTextsConvertWhole() {
        let octets = [UInt8](repeating: 0xd0, count: 100_001)
        #expect(Charset.decode(octets, as: "koi8-r") == String(repeating: "п", count: 100_001))
    }
}

@Suite("Transfer encodings, RFC 2045 §6") struct TransferDecoderTests {
    @Test(arguments: [
        (TransferEncoding.quotedPrintable, "a=3Db", "a=b"), (.quotedPrintable, "a=\r\nb", "ab"),
        (.quotedPrintable, "a=\nb", "ab"),
        (.quotedPrintable, "a= \t\r\nb", "ab"), (.quotedPrintable, "a  \r\nb ", "a\r\nb"), (.quotedPrintable, "=c3=A9", "é"),
        (.quotedPrintable, "=XY=", "=XY"), (.quotedPrintable, "=4", "=4"), (.quotedPrintable, "a =3D", "a =",),
        (.quotedPrintable, "a\tb c", "a\tb c"), (.quotedPrintable, "==3D", "=="), (.quotedPrintable, "=\rx", "=\rx"),
        (.base64, "SGVs\r\nbG8=\r\n", "Hello"), (.base64, "SGVsbG8", "Hello"), (.base64, "!", ""),
        (.uuencode, "begin 644 f.txt\r\n%2&5L;&\\\r\n`\r\nend\r\n", "Hello"), (.uuencode, "x\nbegin 644 f\n%2&5L;&\\\n", "Hello"),
        (.sevenBit, "a=3D", "a=3D"), (.unknown, "a=3D", "a=3D"),
    ])
    func decodes(encoding: TransferEncoding, text: String, expected: String) {
        #expect(String(buffer: TransferDecoder.decode(ByteBuffer(string: text), encoding)) == expected)
        for step in 1...5 {
            var decoder = TransferDecoder(encoding)
            var output = ByteBuffer()
            var rest = ByteBuffer(string: text)
            while let piece = rest.readSlice(length: min(step, rest.readableBytes)), piece.readableBytes > 0 {
                decoder.decode(piece, into: &output)
            }
            decoder.finish(into: &output)
            #expect(String(buffer: output) == expected)
        }
    }

    @Test func quotedPrintableComesBack() {
        var random = SeededGenerator(seed: 7)
        for length in 0..<300 {
            let octets = (0..<length).map { _ -> UInt8 in
                let octet = UInt8.random(in: .min ... .max, using: &random)
                return octet & 0x30 == 0 ? 0x20 : octet == 0x0a || octet == 0x0d ? 0x3d : octet
            }
            var encoded = ByteBuffer()
            TransferEncoder.quotedPrintable(ByteBuffer(bytes: octets), into: &encoded)
            #expect(TransferDecoder.decode(encoded, .quotedPrintable) == ByteBuffer(bytes: octets))
            for line in String(buffer: encoded).split(separator: "\r\n") { #expect(line.utf8.count <= 76) }
        }
    }
}

@Suite("Parameters, RFC 2045 §5.1 and RFC 2231") struct ParameterTests {
    @Test(arguments: [
        ("attachment; filename=a.pdf", "a.pdf"), ("attachment; filename=\"a b.pdf\"", "a b.pdf"),
        ("attachment; FileName = a.pdf ; x=y", "a.pdf"),
        ("attachment; filename=my file.pdf", "my file.pdf"), ("attachment; filename*=utf-8''%e2%82%ac.pdf", "€.pdf"),
        ("attachment; filename*0=\"a\"; filename*1=\"b.pdf\"", "ab.pdf"),
        ("attachment; filename*1*=%A9.pdf; filename*0*=utf-8'pt'%C3", "é.pdf"),
        ("attachment; filename*0*=iso-8859-1''%E9; filename*1=x", "éx"),
        ("attachment; filename=\"=?utf-8?Q?=C3=A9?=.pdf\"", "é.pdf"), ("attachment; filename=plain; filename*=utf-8''ext", "ext"),
        ("attachment; filename*=broken", "broken"), ("attachment; filename=\"unended", "unended"),
        ("attachment; filename=\"a\\\"b\"", "a\"b"),
        ("attachment;;; filename=a", "a"), ("attachment (c); (d) filename=a (e)", "a"),
        ("attachment; filename=report(1).pdf", "report(1).pdf"),
        ("attachment; filename*0=a; filename*2=c", "a"),
    ])
    func fileName(field: String, expected: String) {
        #expect(ParameterizedValue(ByteBuffer(string: field)).parameter("filename") == expected)
    }

    @Test(arguments: [
        "attachment", "attachment; filename", "attachment; x=filename=y", "", ";", "=;=;=", "attachment; filename*1=a",
    ])
    func none(field: String) { #expect(ParameterizedValue(ByteBuffer(string: field)).parameter("filename") == nil) }

    @Test func pathsAreNoNames() {
        let octets = "Content-Disposition: attachment; filename=\"../../etc/pass\\\\wd\"\r\n\r\n"
        #expect(MessageStructure(ByteBuffer(string: octets)).root.fileName == ".._.._etc_pass_wd")
    }
}
