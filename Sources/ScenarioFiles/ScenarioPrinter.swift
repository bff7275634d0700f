import ReclaimEngine
import Workloads

extension ScenarioFile {
    /// The file as YAML, every key with its value and one line on what it is; reading it gives the
    /// same again.
    ///
    /// - Complexity: O(keys + domains + settings).
    public var yaml: String {
        var lines: [String] = []
        for key in ScenarioKeys.keys(in: nil) {
            switch key.path {
            case "name": lines.append("name: " + Self.quoted(scenario.name))
            case "summary": lines.append("summary: " + Self.quoted(summary))
            default: append(key, to: &lines)
            }
        }
        for section in ScenarioKeys.sections {
            switch section {
            case "domains": appendDomains(to: &lines)
            case "settings": appendSettings(to: &lines)
            default:
                lines += ["", section + ":"]
                for key in ScenarioKeys.keys(in: section) { append(key, to: &lines) }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func append(_ key: ScenarioKey, to lines: inout [String]) {
        if key.path == "fragmentation.free_blocks" {
            appendFreeBlocks(to: &lines)
            return
        }
        // What follows from the free blocks is not said twice.
        if key.settingName == "free_ppm", !scenario.freeBlocks.isEmpty { return }
        guard let value = key.value(in: self) else { return }
        let indentation = key.section == nil ? "" : "  "
        let text = "\(indentation)\(key.name): \(key.kind.text(of: value))"
        let gap = String(repeating: " ", count: max(36 - text.utf8.count, 1))
        lines.append("\(text)\(gap)# \(key.summary)")
    }

    private func appendDomains(to lines: inout [String]) {
        lines += ["", "domains:"]
        for domain in scenario.host.domains {
            let memory = QuantityKind.pages.text(of: Int64(domain.pageCount))
            lines.append(
                "  - {memory: \(memory), cpus: \(domain.cpuCount), "
                    + "first_page: \(domain.firstPage)}")
        }
    }

    private func appendFreeBlocks(to lines: inout [String]) {
        guard !scenario.freeBlocks.isEmpty else { return }
        lines.append("  free_blocks:  # blocks of order 0 to 12, a line for each domain")
        for blocks in scenario.freeBlocks {
            lines.append("    - [" + blocks.map(String.init).joined(separator: ", ") + "]")
        }
    }

    private func appendSettings(to lines: inout [String]) {
        guard !scenario.settings.isEmpty else { return }
        lines += ["", "settings:"]
        for setting in scenario.settings {
            let time = QuantityKind.time.text(of: setting.timeNs)
            lines.append(
                "  - {at: \(time), name: \(Self.quoted(setting.name)), value: \(setting.value)}")
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
