#include "clients/cli/limits_text.h"

#include <google/protobuf/descriptor.h>

#include "clients/cli/flags.h"
#include "gateway/config/fields.h"
#include "gateway/config/nearest.h"
#include "gateway/config/strings.h"
#include "gateway/config/value.h"

namespace wsgate::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kPrefix = "limits.";

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// The row of the gateway's own table; null where a newer gateway has a field that it lacks.
const Field* RowOf(const FieldDescriptor& field) {
  return FindField(Cat(kPrefix, field.name()));
}

std::string ValueText(const v1::Limits& limits, const FieldDescriptor& field) {
  const auto* reflection = v1::Limits::GetReflection();
  if (IsDuration(field)) {
    const auto& time =
        dynamic_cast<const google::protobuf::Duration&>(reflection->GetMessage(limits, &field));
    return FormatDuration(std::chrono::seconds(time.seconds()) +
                          std::chrono::nanoseconds(time.nanos()));
  }
  const uint64_t number = reflection->GetUInt64(limits, &field);
  const Field* const row = RowOf(field);
  if (row == nullptr) return std::to_string(number);
  if (number == 0 && !row->zero.empty()) return std::string(row->zero);
  return row->type == FieldType::kBytes ? FormatBytes(number) : std::to_string(number);
}

absl::Status UnknownLimit(const std::string& name) {
  std::vector<std::string> known;
  const Descriptor& limits = *v1::Limits::GetDescriptor();
  for (int at = 0; at < limits.field_count(); ++at) known.push_back(limits.field(at)->name());
  return Invalid("there is no limit \"", name, "\"; did you mean ", Nearest(name, known), "?");
}

absl::StatusOr<uint64_t> ReadAmount(const FieldDescriptor& field, const std::string& text) {
  const Field* const row = RowOf(field);
  if (row != nullptr && !row->zero.empty() && text == row->zero) return 0;
  return row != nullptr && row->type == FieldType::kBytes ? ParseBytes(text) : ParseCount(text);
}

}  // namespace

std::vector<LimitText> DescribeLimits(const v1::Limits& limits) {
  std::vector<LimitText> texts;
  const Descriptor& descriptor = *v1::Limits::GetDescriptor();
  for (int at = 0; at < descriptor.field_count(); ++at) {
    const FieldDescriptor& field = *descriptor.field(at);
    if (!v1::Limits::GetReflection()->HasField(limits, &field)) continue;
    const Field* const row = RowOf(field);
    texts.push_back({field.name(), ValueText(limits, field),
                     row == nullptr ? std::string() : DescribeRange(*row)});
  }
  return texts;
}

absl::Status SetLimit(const std::string& assignment, v1::Limits& limits) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos) {
    return Invalid("\"", assignment, "\" sets no limit; write NAME=VALUE, for example ",
                   "messages_per_second=20");
  }
  std::string name = assignment.substr(0, equals);
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  const std::string text = assignment.substr(equals + 1);
  const FieldDescriptor* const field = v1::Limits::GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) return UnknownLimit(name);
  if (IsDuration(*field)) {
    const absl::StatusOr<Duration> time = ParseDuration(text);
    if (!time.ok()) return Invalid(name, ": ", MessageOf(time.status()));
    auto& duration = dynamic_cast<google::protobuf::Duration&>(
        *v1::Limits::GetReflection()->MutableMessage(&limits, field));
    SetDuration(*time, duration);
    return absl::OkStatus();
  }
  const absl::StatusOr<uint64_t> amount = ReadAmount(*field, text);
  if (!amount.ok()) {
    const Field* const row = RowOf(*field);
    return Invalid(name, ": ", MessageOf(amount.status()),
                   row == nullptr ? "" : Cat("; allowed: ", DescribeRange(*row)));
  }
  v1::Limits::GetReflection()->SetUInt64(&limits, field, *amount);
  return absl::OkStatus();
}

}  // namespace wsgate::cli
