internal import Wire

/// From a message's charsets to text. Nothing is lost: octets that the charset does not have are shown as U+FFFD, and text
/// whose charset is unknown or wrong is read as UTF-8 if it is, else as windows-1252.
package enum Charset {
    /// - Parameter charset: as written in the message; nil where nothing is said.
    package static func decode(_ octets: [UInt8], as charset: String?) -> String {
        let name = canonical(charset)
        switch name {
        case "utf-8", "": return unicode(octets)
        case "us-ascii": return String(validating: octets, as: UTF8.self) ?? western(octets)
        default: break
        }
        if !isStateful(name), octets.allSatisfy({ $0 < 0x80 }) { return String(decoding: octets, as: UTF8.self) }
        if name == "windows-1252" { return western(octets) }
        let converted = ConverterPool.shared.convert(octets, from: name) { _, output in output += [0xef, 0xbf, 0xbd] }
        return converted.map { String(decoding: $0, as: UTF8.self) } ?? unicode(octets)
    }

    /// Whether text in it would not be ASCII where its octets are.
    private static func isStateful(_ name: String) -> Bool {
        name.hasPrefix("utf-7") || name.hasPrefix("utf-16") || name.hasPrefix("utf-32") || name.hasPrefix("iso-2022")
            || name.hasPrefix("ucs") || name.hasPrefix("ibm") || name.hasPrefix("ebcdic")
    }

    /// UTF-8, or what was called so by mistake: without one good sequence of several octets it is windows-1252.
    private static func unicode(_ octets: [UInt8]) -> String {
        if let text = String(validating: octets, as: UTF8.self) { return text }
        let repaired = String(decoding: octets, as: UTF8.self)
        let isUnicode = repaired.unicodeScalars.contains { $0.value >= 0x80 && $0 != "\u{fffd}" }
        return isUnicode ? repaired : western(octets)
    }

    /// The five octets that windows-1252 does not have stay visible as the controls of ISO 8859-1.
    private static func western(_ octets: [UInt8]) -> String {
        let converted = ConverterPool.shared.convert(octets, from: "windows-1252") { octet, output in
            output += [0xc0 | octet >> 6, 0x80 | octet & 0x3f]
        }
        return String(decoding: converted ?? octets, as: UTF8.self)
    }

    /// The name that iconv knows it by; empty where nothing useful is said. The larger of two charsets is taken where
    /// mail mixes them up.
    private static func canonical(_ charset: String?) -> String {
        guard let charset else { return "" }
        let trimmed = charset.utf8.filter { $0 > 0x20 && $0 != 0x22 && $0 != 0x27 }.map(\.lowercasedASCII)
        let name = String(decoding: trimmed, as: UTF8.self)
        return aliases[name] ?? name
    }

    private static let aliases: [String: String] = [
        "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "x-utf-8": "utf-8",
        "ascii": "us-ascii", "ansi_x3.4-1968": "us-ascii", "us_ascii": "us-ascii", "usascii": "us-ascii", "646": "us-ascii",
        "iso-8859-1": "windows-1252", "iso8859-1": "windows-1252", "iso_8859-1": "windows-1252", "latin1": "windows-1252",
        "latin-1": "windows-1252", "l1": "windows-1252", "cp1252": "windows-1252", "x-ansi": "windows-1252",
        "cp-1252": "windows-1252", "ansi": "windows-1252", "8859-1": "windows-1252",
        "iso-8859-9": "windows-1254", "iso-8859-11": "windows-874", "tis-620": "windows-874",
        "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
        "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030",
        "euc-cn": "gb18030",
        "big5": "big5-hkscs", "x-big5": "big5-hkscs", "cn-big5": "big5-hkscs", "x-x-big5": "big5-hkscs",
        "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "korean": "cp949",
        "windows-949": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
        "windows-31j": "cp932", "ms_kanji": "cp932", "x-euc-jp": "euc-jp",
        "iso-2022-jp": "iso-2022-jp-3", "iso-2022-jp-1": "iso-2022-jp-3", "cp50220": "iso-2022-jp-3",
        "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7",
        "x-mac-roman": "macintosh", "mac-roman": "macintosh", "macroman": "macintosh", "x-mac-cyrillic": "mac-cyrillic",
        "koi8r": "koi8-r", "koi8u": "koi8-u", "koi8": "koi8-r",
        "unknown": "", "unknown-8bit": "", "x-unknown": "", "8bit": "", "default": "", "none": "", "_autodetect_all": "",
        "_autodetect": "", "x-user-defined": "", "undefined": "", "binary": "",
    ]
}
