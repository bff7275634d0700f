import PhysicalMemory

/// Hashes and state dumps of the vectors, written with the public interface only.
enum StateDump {
    static let hashStart: UInt64 = 0xcbf2_9ce4_8422_2325
    static let hashFactor: UInt64 = 0x100_0000_01b3

    static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func listHash(_ memory: PhysicalMemory, _ domain: Int) -> String {
        var hash = hashStart
        for pool in FreePool.allCases {
            for order in 0...12 {
                for page in memory.freeList(domain: domain, pool: pool, order: order) {
                    let value = UInt64(pool.rawValue) << 40 | UInt64(order) << 32 | UInt64(page)
                    hash = (hash ^ value) &* hashFactor
                }
            }
        }
        return hex(hash)
    }

    static func mapHash(_ memory: PhysicalMemory, _ domain: Int) -> String {
        var hash = hashStart
        for segment in memory.segments where segment.domain == domain {
            for page in segment.start..<segment.end {
                let code = UInt64(memory.kind(of: page).code)
                let value = code | UInt64(memory.pool(of: page).rawValue) << 8
                hash = (hash ^ value) &* hashFactor
            }
        }
        return hex(hash)
    }

    static func listLines(_ memory: PhysicalMemory) -> [String] {
        var lines: [String] = []
        for domain in 0..<memory.domainCount {
            for pool in FreePool.allCases {
                for order in 0...12 {
                    let heads = memory.freeList(domain: domain, pool: pool, order: order)
                    if heads.isEmpty { continue }
                    let pages = heads.map(String.init).joined(separator: " ")
                    lines.append("L \(domain) \(pool.rawValue) \(order) \(pages)")
                }
            }
        }
        return lines
    }

    static func reservationLines(_ memory: PhysicalMemory) -> [String] {
        var lines: [String] = []
        memory.forEachReservation { entry in
            var bitmap = ""
            for start in stride(from: entry.first, to: entry.first + 512, by: 4) {
                var digit = 0
                for page in start..<start + 4 {
                    digit = digit * 2 + (memory.kind(of: page) == .reservedFree ? 0 : 1)
                }
                bitmap += String(digit, radix: 16)
            }
            lines.append(
                "R \(entry.first) \(entry.object) \(entry.pageIndex) \(entry.population) "
                    + "\(entry.isQueued ? 1 : 0) \(entry.lastTick) \(bitmap)")
        }
        return lines
    }

    static func queueLines(_ memory: PhysicalMemory, withPopulation: Bool = false) -> [String] {
        (0..<memory.domainCount).map { domain in
            var line = "Q \(domain)"
            for first in memory.queuedReservations(domain) {
                line += " \(first)"
                if withPopulation {
                    line += ":\(memory.reservation(holding: first)?.population ?? -1)"
                }
            }
            return line
        }
    }

    static func domainLine(_ memory: PhysicalMemory, _ number: Int) -> String {
        let domain = memory.domains[number]
        let limits = domain.thresholds
        return "D \(number) pages \(domain.pageCount) free \(domain.freeCount) "
            + "interrupt_free_min \(limits.interruptFreeMin) "
            + "pageout_free_min \(limits.pageoutFreeMin) reserved \(limits.reserved) "
            + "severe \(limits.severe) min \(limits.min) wakeup \(limits.wakeup) "
            + "target \(limits.target) minset \(domain.isInMinSet ? 1 : 0) "
            + "severeset \(domain.isInSevereSet ? 1 : 0) deficit \(domain.pageoutDeficit)"
    }

    static func pageLine(_ memory: PhysicalMemory, _ segment: MemorySegment) -> String {
        var line = "M \(segment.start)"
        var page = segment.start
        while page < segment.end {
            let code = memory.kind(of: page).code
            let pool = memory.pool(of: page)
            let from = page
            while page < segment.end && memory.kind(of: page).code == code
                && memory.pool(of: page) == pool
            { page += 1 }
            line += " \(page - from)\(Character(UnicodeScalar(code)))\(pool.rawValue)"
        }
        return line
    }

    static func full(_ memory: PhysicalMemory) -> [String] {
        var lines = (0..<memory.domainCount).map { domainLine(memory, $0) }
        lines.append("ticks \(memory.ticks) iter \(memory.domainIterator)")
        lines += memory.segments.map { pageLine(memory, $0) }
        lines += reservationLines(memory)
        lines += queueLines(memory)
        lines += listLines(memory)
        lines.append("E")
        return lines
    }
}

extension VectorReader {
    /// Compares the next lines with `lines`, one by one.
    mutating func expectLines(_ lines: [String]) throws {
        for line in lines {
            guard advance() else { throw mismatch("the file ends early") }
            try expectLine(line)
        }
    }

    mutating func readSegments() throws -> [MemorySegment] {
        var segments: [MemorySegment] = []
        while advance() {
            guard word(0) == "seg" else { retreat(); break }
            segments.append(
                MemorySegment(start: try int(1), end: try int(2), domain: try int(3)))
        }
        return segments
    }

    func readThresholds() throws -> Thresholds {
        Thresholds(
            interruptFreeMin: try named("interrupt_free_min"),
            pageoutFreeMin: try named("pageout_free_min"), reserved: try named("reserved"),
            severe: try named("severe"), min: try named("min"), target: try named("target"),
            wakeup: try named("wakeup"))
    }

    /// Reads a state dump up to its `E` line.
    mutating func readState(_ segments: [MemorySegment]) throws -> PhysicalMemory {
        var image = MemorySnapshot()
        for segment in segments { image.segments += [segment.start, segment.end, segment.domain] }
        while advance() && word(0) != "E" {
            switch word(0) {
            case "D":
                let limits = try readThresholds()
                image.thresholds += [
                    limits.interruptFreeMin, limits.pageoutFreeMin, limits.reserved,
                    limits.severe, limits.min, limits.target, limits.wakeup, 0, 0,
                ]
                let flags = try named("minset") + 2 * named("severeset")
                image.counters += [try named("free"), try named("deficit"), flags]
            case "ticks":
                let iterator = count > 2 ? try named("iter") : 0
                image.globals = [try int(1), iterator, 0, 0]
            case "M":
                for index in 2..<count { try appendRun(index, &image) }
            case "R":
                image.reservations += [try int(1), try int(2), try int(3), try int(6)]
            case "Q":
                if count > 2 { image.queues += [try int(1), count - 2] + (try ints(from: 2)) }
            case "L":
                image.freeLists += [try int(1), try int(2), try int(3), count - 4]
                image.freeLists += try ints(from: 4)
            default:
                throw mismatch("unknown line in a state dump")
            }
        }
        do {
            return try PhysicalMemory(image)
        } catch {
            throw mismatch("the state dump cannot be restored: \(error)")
        }
    }

    private func appendRun(_ index: Int, _ image: inout MemorySnapshot) throws {
        let token = Array(bytes(index))
        var length = 0
        for byte in token.dropLast(2) { length = length * 10 + Int(byte) - 48 }
        let code = token[token.count - 2]
        guard
            let kind = code == UInt8(ascii: "W")
                ? PageKind.wired : PageKind.allCases.first(where: { $0.code == code })
        else { throw mismatch("unknown page code") }
        let pool = token[token.count - 1] == UInt8(ascii: "1") ? FreePool.direct : .standard
        image.appendPages(length, kind: kind, pool: pool)
    }
}
