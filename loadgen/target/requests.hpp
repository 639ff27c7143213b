#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/dialect/dialect.hpp"
#include "loadgen/dialect/segments.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// What requests are made from besides their forms. Everything outlives what is made of it.
struct RequestSpec {
  const Dialect& dialect;
  std::string authority;  ///< host:port, as in the Host field
  Constants constants;
  Voices voices;
  ConnectionMode connections = ConnectionMode::pool;
};

/// One request to be written.
struct RequestSubject {
  const PlannedAttempt& attempt;
  CohortId cohort;
  std::string_view coupon = {};   ///< that a redemption spends
  std::string_view pending = {};  ///< by which a pending claim's outcome is asked for; else empty
  const UserValues* values = nullptr;  ///< what earlier answers gave; null: nothing
};

/// One form made ready to be written for anybody. Immutable; any thread.
class RequestWriter {
 public:
  RequestWriter(const RequestForm& form, const RequestSpec& spec);

  /// Puts the bytes of an HTTP/1.1 request into `buffer`, replacing what was there. Does not
  /// allocate once the buffer has grown, except where a token source does.
  void write(std::string& buffer, const Subject& subject) const;

 private:
  Segments head_;  // all of the request, when its body is always the same
  Segments body_;
  bool body_varies_ = false;
};

/// Turns planned attempts into the bytes of requests. Immutable; any thread.
class RequestTemplates {
 public:
  explicit RequestTemplates(RequestSpec spec);

  const Dialect& dialect() const { return spec_.dialect; }
  const Constants& constants() const { return spec_.constants; }

  /// As `RequestWriter::write`.
  void write(std::string& buffer, const RequestSubject& subject) const;

 private:
  RequestSpec spec_;
  std::vector<RequestWriter> writers_;  // by errand
};

/// Names of all values that answers give to users, by slot.
std::vector<std::string> value_names(const Dialect& dialect);

}  // namespace fairrush::loadgen
