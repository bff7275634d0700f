/// Where tracefs may be, as `/proc/self/mounts` tells.
enum MountTable {
    /// Folders in which tracefs is mounted, the ones of its own first, then those below debugfs.
    static func tracefs(_ bytes: [UInt8]) -> [String] {
        var own: [String] = []
        var below: [String] = []
        var scan = TextScan(bytes)
        while var line = scan.line() {
            guard line.word() != nil, let path = line.text(), let type = line.text() else {
                continue
            }
            switch type {
            case "tracefs": own.append(plain(path))
            case "debugfs": below.append(plain(path) + "/tracing")
            default: continue
            }
        }
        return own + below
    }

    /// Puts back the blanks and backslashes that stand in the table as octal numbers.
    static func plain(_ path: String) -> String {
        let bytes = Array(path.utf8)
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 3 < bytes.count {
                let digits = bytes[index + 1...index + 3].map { $0 &- UInt8(ascii: "0") }
                if digits.allSatisfy({ $0 < 8 }), digits[0] < 4 {
                    plain.append(digits[0] << 6 | digits[1] << 3 | digits[2])
                    index += 4
                    continue
                }
            }
            plain.append(bytes[index])
            index += 1
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
