// Reads google.rpc details as a client does.
#pragma once

#include <grpcpp/support/status.h>

#include <map>
#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace wsgate {

template <class Detail>
std::optional<Detail> DetailOf(const grpc::Status& status) {
  google::rpc::Status rpc;
  if (!rpc.ParseFromString(status.error_details())) return std::nullopt;
  Detail detail;
  for (const auto& any : rpc.details()) {
    if (any.Is<Detail>() && any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

inline std::string ReasonOf(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : "";
}

// Each bad field with what is said of it.
inline std::map<std::string, std::string> BadFieldsOf(const grpc::Status& status) {
  std::map<std::string, std::string> fields;
  const auto request = DetailOf<google::rpc::BadRequest>(status);
  if (!request) return fields;
  for (const auto& violation : request->field_violations()) {
    fields[violation.field()] = violation.description();
  }
  return fields;
}

}  // namespace wsgate
