#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/ledger/record.hpp"
#include "server/ledger/sqlite.hpp"

namespace fairrush::server {

/// How the table of administrators' requests names their routes.
inline constexpr std::string_view kCreateRoute = "create";
inline constexpr std::string_view kResetRoute = "reset";

/// Prepares statements until one fails, and keeps that error.
class StatementPreparer {
 public:
  explicit StatementPreparer(SqliteDatabase& database) : database_(database) {}
  SqliteStatement operator()(std::string_view sql);
  const std::optional<std::string>& error() const { return error_; }

 private:
  SqliteDatabase& database_;
  std::optional<std::string> error_;
};

/// Writes records into the tables of sql/sqlite/. Every call is part of the caller's transaction
/// and returns false on an error, whose text the database keeps.
class RecordWriter {
 public:
  explicit RecordWriter(StatementPreparer& prepare);

  bool write(const LedgerRecord& record);

 private:
  bool write_kind(const EventCreated& record);
  bool write_kind(const EventReset& record);
  bool write_kind(const CouponsPreloaded& record);
  bool write_kind(const EventMoved& record);
  bool write_kind(const DailyEventSet& record);
  bool write_kind(const ReservationGranted& record);
  bool write_kind(const DrawFixed& record);
  bool write_kind(const CouponIssued& record);
  bool write_kind(const ClaimAccepted& record);
  bool write_kind(const ClaimLost& record);
  bool write_kind(const CouponRedeemed& record);
  bool write_kind(const BusMessage& message);
  bool write_kind(const OutboxPublished& record);
  bool write_kind(const AuditHeard& record);

  SqliteStatement insert_event_;
  SqliteStatement insert_admin_key_;
  SqliteStatement insert_group_;
  SqliteStatement move_event_;
  SqliteStatement set_daily_;
  SqliteStatement insert_reservation_;
  SqliteStatement insert_draw_;
  SqliteStatement insert_coupon_;
  SqliteStatement insert_accepted_;
  SqliteStatement delete_accepted_;
  SqliteStatement insert_loss_;
  SqliteStatement delete_losses_;
  SqliteStatement insert_redemption_;
  SqliteStatement insert_message_;
  SqliteStatement update_cursor_;
  SqliteStatement insert_delivery_;
  SqliteStatement delete_deliveries_;
  SqliteStatement delete_messages_;
  SqliteStatement delete_redemptions_;
  SqliteStatement delete_coupons_;
  SqliteStatement delete_draw_;
  SqliteStatement delete_reservations_;
  SqliteStatement delete_groups_;
  SqliteStatement delete_admin_key_;
  SqliteStatement delete_event_;
};

}  // namespace fairrush::server
